/** Folders for lock and marker files that every container finds, in the order of the paths below. */
export const LOCK_FOLDERS = ['/tmp/flotilla', '/tmp/balena', '/tmp/resin'] as const

/** While one of these exists, its service is not stopped. Apps written for balena use the last two. */
export const LOCK_FILES = ['/tmp/flotilla/updates.lock', '/tmp/balena/updates.lock', '/tmp/resin/resin-updates.lock']

/** A successor in a hand-over makes one of these when its predecessor may go. */
export const TAKE_OVER_FILES = [
  '/tmp/flotilla/handover-complete',
  '/tmp/balena/handover-complete',
  '/tmp/resin/resin-kill-me',
]
