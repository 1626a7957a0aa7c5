import type { ImageDelta } from './image-delta.entity.js'

/** A worker renews its lease every few seconds; one that is silent for so long is taken for dead. */
export const LEASE_MS = 60_000
export const RENEW_EVERY_MS = 10_000
/** A delta that takes its worker down with it must not take down one after the other for ever. */
export const MOST_SETBACKS = 5

/** How long a delta waits for what is away to be back: 2 s, 16 s, 2 min, 17 min. */
export function pauseMs(setbacks: number): number {
  return setbacks === 0 ? 0 : 2_000 * 8 ** (setbacks - 1)
}

export type Verdict = { kind: 'keep' } | { kind: 'again'; reason: string } | { kind: 'fail'; reason: string }

type Leased = Pick<ImageDelta, 'state' | 'leaseUntil' | 'setbacks'>

/** What becomes of a delta that somebody has, or had, in the making at `now`. */
export function judge(delta: Leased, now: Date): Verdict {
  if (delta.state !== 'making') return { kind: 'keep' }
  if (delta.leaseUntil && delta.leaseUntil > now) return { kind: 'keep' }
  return afterSetback(delta, 'The worker that was making it went silent and is taken for dead')
}

/** After an attempt that came to nothing: once more, unless that was tried often enough. `reason` has no full stop. */
export function afterSetback({ setbacks }: Pick<ImageDelta, 'setbacks'>, reason: string): Verdict {
  if (setbacks + 1 < MOST_SETBACKS) return { kind: 'again', reason: `${reason}; it is tried again.` }
  return { kind: 'fail', reason: `${reason}; it was begun ${MOST_SETBACKS} times.` }
}
