import type { Lock } from '@flotilla/reconcile'

/** What came of something that was asked of this device. Each says so in a sentence for people. */
export type Answer =
  | { status: 'done'; detail: string }
  // Services ask to be left alone; asking again with `force` overrules them.
  | { status: 'refused'; detail: string; locks: Lock[] }
  | { status: 'failed'; detail: string; code: FailureCode }

// unknown: there is no such thing. unsupported: this board has no way of doing it. unready: ask again soon.
export type FailureCode = 'unknown' | 'unsupported' | 'unready' | 'conflict' | 'error'

export function done(detail: string): Answer {
  return { status: 'done', detail }
}

export function failed(code: FailureCode, detail: string): Answer {
  return { status: 'failed', code, detail }
}

/** `now` in milliseconds since the epoch. */
export function refused(locks: Lock[], now: number): Answer {
  const who = locks.map((lock) => `${lock.service} ${how(lock)}${why(lock)}${untilWhen(lock, now)}`)
  return { status: 'refused', locks, detail: `Locked by ${who.join(' and by ')}. Ask with force to overrule it.` }
}

function how({ by }: Lock): string {
  return by === 'file' ? 'with a lock file' : 'over the local API'
}

function why({ reason }: Lock): string {
  return reason === undefined ? '' : ` (${reason})`
}

// As a duration: a board without a clock does not know the time of day.
function untilWhen({ until }: Lock, now: number): string {
  if (until === undefined) return ', for as long as the file is there'
  const minutes = Math.max(1, Math.ceil((until - now) / 60_000))
  if (minutes === 1) return ', for at most a minute'
  return minutes < 120 ? `, for at most ${minutes} minutes` : `, for at most ${Math.ceil(minutes / 60)} hours`
}
