/*
 * The board's clock and timers.
 */
import type { Clock } from '../../ports.js'

// setTimeout takes 31 bits: a longer delay would fire at once.
const MAX_DELAY_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const timer = setTimeout(wakeUp, Math.min(ms, MAX_DELAY_MS))
      signal?.addEventListener('abort', wakeUp, { once: true })
      function wakeUp() {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wakeUp)
        resolve()
      }
    })
  },
}
