import { z } from 'zod'

/** What deltas taught this device, and which it waits for. */
export const StoredDeltasSchema = z.object({
  // Those that failed, the latest last.
  failures: z.array(
    z.object({
      delta: z.string(),
      // Manifest digest of the image that it was applied to.
      from: z.string(),
      // As often as it may fail: it is never tried again.
      count: z.int().positive(),
    }),
  ),
  // By image (repository@digest): when it was first heard that a delta is being made, in milliseconds since the epoch.
  awaited: z.record(z.string(), z.number()),
})
export type StoredDeltas = z.infer<typeof StoredDeltasSchema>

export const NO_DELTAS: StoredDeltas = { failures: [], awaited: {} }

// A delta that is wrong stays wrong; a disk or an engine may do better the next time.
const MOST_FAILURES = 3
// An image of which that many deltas failed is not what it should be.
const MOST_FAILED_FROM = 2
// The images of a device are fewer, and each failure costs bytes.
const MOST_REMEMBERED = 64

export function noteFailure(
  stored: StoredDeltas,
  failed: { delta: string; from: string; isCertain: boolean },
): StoredDeltas {
  const { delta, from, isCertain } = failed
  const former = stored.failures.find((it) => it.delta === delta)
  const count = isCertain ? MOST_FAILURES : Math.min(MOST_FAILURES, (former?.count ?? 0) + 1)
  const others = stored.failures.filter((it) => it.delta !== delta)
  return { ...stored, failures: [...others, { delta, from, count }].slice(-MOST_REMEMBERED) }
}

export function isGivenUp({ failures }: StoredDeltas, delta: string): boolean {
  return failures.some((it) => it.delta === delta && it.count >= MOST_FAILURES)
}

/** Whether deltas may be applied to this image. */
export function isTrusted({ failures }: StoredDeltas, from: string): boolean {
  return failures.filter((it) => it.from === from && it.count >= MOST_FAILURES).length < MOST_FAILED_FROM
}

/** It is waited for from `now` on, unless it already is; `wanted`: all images of which that needs to be known. */
export function awaitFrom(stored: StoredDeltas, image: string, now: number, wanted: readonly string[]): StoredDeltas {
  const others = Object.entries(stored.awaited).filter(([it]) => it !== image && wanted.includes(it))
  return { ...stored, awaited: { ...Object.fromEntries(others), [image]: stored.awaited[image] ?? now } }
}
