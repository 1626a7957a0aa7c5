import type { Clock } from '../ports.js'

/** A clock on which every sleep is over at once, and has passed all the same: for what works on real files. */
export function skippingClock(): Clock {
  let elapsed = 0
  return {
    now: () => Date.parse('2026-11-21T08:00:00Z') + elapsed,
    monotonic: () => elapsed,
    random: () => 0.5,
    async sleep(ms) {
      elapsed += ms
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
