import type { TimeSource } from '../ports.js'

/** When this was called, as soon as the time is known, and then for ever the same: a report that changes is sent. */
export function startTime(clock: TimeSource): () => string | undefined {
  const stamp = clock.stamp()
  let found: string | undefined
  return () => {
    const time = found === undefined && clock.isKnown() ? clock.whenWas(stamp) : undefined
    if (time !== undefined) found = new Date(time).toISOString()
    return found
  }
}
