import { RejectionSchema, TargetAppSchema } from '@flotilla/contracts'
import { z } from 'zod'

/*
 * What a device remembers of an app from one round to the next and over power cuts: which release it returns to, which
 * one it tries, and which one it has given up. The agent keeps it on disk, and writes it before it acts on it; what
 * older supervisors wrote is read for ever, so a new member is optional and says what its absence means.
 */

/** Who asked that windows and locks be ignored: the target's policy, or somebody at the device (Requests.forced). */
const ForceSchema = z.enum(['policy', 'request'])
export type Force = z.infer<typeof ForceSchema>

// Volume's name in the engine → id of a snapshot of it.
const SnapshotsByVolumeSchema = z.record(z.string(), z.string())

/** A release (or the same one with other variables) on its way to being confirmed. */
const TrialSchema = z.object({
  // appFingerprint() of what is tried.
  fingerprint: z.string(),
  releaseId: z.string(),
  version: z.string(),
  // Images, windows and locks have let the switch begin, or nothing stood in its way: from here on nothing holds it up
  // any more, and it is watched.
  isPermitted: z.boolean(),
  // How often the supervisor or the board started in the middle of its watch.
  starts: z.int().nonnegative(),
  // Taken before the switch.
  snapshots: SnapshotsByVolumeSchema,
  // Services that said themselves that they are well.
  confirmedBy: z.array(z.string()),
  // Where there is no release to return to: how often it has failed, and the last time why.
  failures: z.int().nonnegative(),
  lastFailure: RejectionSchema.optional(),
  // Milliseconds since the epoch: when the next try begins. Absent: it is being tried.
  retryAt: z.number().optional(),
})
export type Trial = z.infer<typeof TrialSchema>

const RejectedAppSchema = z.object({
  fingerprint: z.string(),
  rejection: RejectionSchema,
  // Forces that were in effect when it was given up: they do not make the device try it again. Absent: none was.
  spentForces: z.array(ForceSchema).optional(),
  // Its predecessor has run whole since. Absent: not yet.
  isBack: z.boolean().optional(),
  // It was never tried: it requires what this board has not. Absent: it was.
  isRefused: z.boolean().optional(),
})
export type RejectedApp = z.infer<typeof RejectedAppSchema>

/** How often a service was restarted because it was unhealthy. */
const SicknessSchema = z.object({
  // Times that it was seen turning unhealthy.
  count: z.int().positive(),
  isUnhealthy: z.boolean(),
  // CurrentContainer.startedAt of what was unhealthy last: after a restart it counts anew.
  startedAt: z.number().optional(),
  // Milliseconds since the epoch: when that last changed, and before when it is not restarted.
  at: z.number(),
  restartAt: z.number(),
})
export type Sickness = z.infer<typeof SicknessSchema>

export const AppMemorySchema = z.object({
  // The last release that was confirmed, whole, so that it runs again without cloud. Absent: none was yet.
  good: TargetAppSchema.optional(),
  trial: TrialSchema.optional(),
  rejected: RejectedAppSchema.optional(),
  // Snapshots that are still to be put back before `good` may start. Absent: none.
  restore: SnapshotsByVolumeSchema.optional(),
  // A switch was broken off by another target: `good` is made whole before that is tried. Absent: no.
  isReturning: z.boolean().optional(),
  // Ids of snapshots that nothing needs any more. Absent: none.
  oldSnapshots: z.array(z.string()).optional(),
  // By service. Absent: none was unhealthy lately.
  sickness: z.record(z.string(), SicknessSchema).optional(),
})
export type AppMemory = z.infer<typeof AppMemorySchema>

/** By app id. */
export const DeviceMemorySchema = z.record(z.string(), AppMemorySchema)
export type DeviceMemory = z.infer<typeof DeviceMemorySchema>

/** What was seen of a trial since the supervisor started. Forgotten at a restart: the watch then begins anew. */
export interface Watch {
  fingerprint: string
  // Milliseconds, by a clock that never jumps, that the watch has lasted.
  totalMs: number
  // Of these, without all services up and with all images there.
  switchingMs: number
  // Milliseconds since all services were first seen up; absent: they have not been yet.
  wellMs?: number
  // By container id.
  restarts: Record<string, WatchedRestarts>
  // What the start of the board or the supervisor in the middle of a trial found ended by a signal, by container id: when
  // it had ended. That was the power cut, not the release.
  cutShort: Record<string, number>
  // Ids of containers of unchanged services that were unhealthy before anything was switched, and still are.
  sickBefore: string[]
}

export interface WatchedRestarts {
  // Its restartCount when it was looked at last.
  seen: number
  // Restarts during the watch, and when in it (totalMs) it was first seen and the last restart was noticed.
  count: number
  sinceMs: number
  lastMs?: number
  // With what it ended the last time, where that was seen.
  exitCode?: number
  oomKilled?: boolean
}

/** One thing for the device's history. */
export interface TrialEvent {
  kind: 'release-confirmed' | 'release-rejected' | 'release-failing' | 'rolled-back' | 'restore-given-up'
  detail: Record<string, string | number>
}

/** A release has failed, and how: the agent adds what it can find out (reject). */
export interface Verdict {
  appId: string
  fingerprint: string
  code: z.infer<typeof RejectionSchema>['code']
  // For people, one or more sentences.
  reason: string
  services: { service: string; containerId?: string; reason: string }[]
  // Forces in effect now.
  forces: Force[]
  // It is not tried at all: it requires what this board has not. Absent: it was tried.
  isRefusal?: boolean
}
