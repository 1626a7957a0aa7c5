import type { Rejection, TargetApp } from '@flotilla/contracts'

/*
 * What a device remembers of an app from one round to the next and over power cuts: which release it returns to, which
 * one it tries, and which one it has given up. The agent keeps it on disk, and writes it before it acts on it.
 */

export interface AppMemory {
  // The last release that was confirmed, whole, so that it runs again without cloud. Absent: none was yet.
  good?: TargetApp
  trial?: Trial
  rejected?: RejectedApp
}

/** A release (or the same one with other variables) on its way to being confirmed. */
export interface Trial {
  // appFingerprint() of what is tried.
  fingerprint: string
  releaseId: string
  version: string
  // Images, windows and locks have let the switch begin: from here on nothing holds it up any more.
  isPermitted: boolean
  // How often the supervisor or the board started in the middle of its watch.
  starts: number
  // Volume's name in the engine → id of the snapshot that was taken of it before the switch.
  snapshots: Record<string, string>
  // Services that said themselves that they are well.
  confirmedBy: string[]
  // Where there is no release to return to: how often it has failed, the last time why, and when the next watch begins.
  failures: number
  lastFailure?: Rejection
  // Milliseconds since the epoch.
  retryAt?: number
}

export interface RejectedApp {
  fingerprint: string
  rejection: Rejection
  // Snapshots that are still to be put back: volume's name in the engine → id.
  restore: Record<string, string>
}

/** What was seen of a trial since the supervisor started. Forgotten at a restart: the watch then begins anew. */
export interface Watch {
  fingerprint: string
  // Milliseconds (by a clock that never jumps) since every service was up; absent: they are not all up yet.
  wellMs?: number
  // Milliseconds since the switch was permitted.
  switchingMs: number
  // Container id → its restartCount when it was first seen up.
  restartsBefore: Record<string, number>
}
