import { Problem } from '../http/problem.js'
import type { Build } from './build.entity.js'

/** A builder renews its lease every few seconds; one that is silent for so long is taken for dead. */
export const LEASE_MS = 30_000
/** A build that takes its builder down with it must not take down one after the other for ever. */
export const MAX_LOST = 3
/** A queue that nobody works on is told to the pusher as a failure after so long. */
export const MAX_QUEUED_MS = 24 * 3_600_000

export type Verdict = { kind: 'keep' } | { kind: 'requeue' } | { kind: 'fail'; reason: string }

type Leased = Pick<Build, 'state' | 'queuedAt' | 'leaseUntil' | 'deadlineAt' | 'lost'>

/** What becomes of an open build at `now`. */
export function judge(build: Leased, now: Date): Verdict {
  if (build.state !== 'queued' && build.state !== 'running') return { kind: 'keep' }
  if (build.deadlineAt && build.deadlineAt <= now) {
    return { kind: 'fail', reason: 'The build took longer than it may; see BUILD_TIMEOUT_SECONDS.' }
  }
  if (build.state === 'queued') {
    const waited = now.getTime() - build.queuedAt.getTime()
    if (waited < MAX_QUEUED_MS || build.lost > 0) return { kind: 'keep' }
    return {
      kind: 'fail',
      reason: 'No builder took the build within a day; see that main.builder runs, and push again.',
    }
  }
  if (build.leaseUntil && build.leaseUntil > now) return { kind: 'keep' }
  if (build.lost + 1 < MAX_LOST) return { kind: 'requeue' }
  return {
    kind: 'fail',
    reason: `Its builder died ${MAX_LOST} times; look at the builder's memory and disk, and push again.`,
  }
}

/** Whoever comes with a job that is over, or that another builder has, stops and lets it be. */
export function notYours(): Problem {
  return new Problem('build-not-yours', 409, 'This build is over, or another builder has it; stop working on it.')
}
