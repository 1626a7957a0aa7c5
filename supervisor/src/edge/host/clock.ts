/*
 * The board's clock and timers.
 */
import type { Clock } from '../../ports.js'

// setTimeout takes 31 bits: a longer delay would fire at once.
const MAX_DELAY_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  // Of the board and not of the process, so that it goes on over a restart of the supervisor.
  monotonic: () => Number(process.hrtime.bigint() / 1000n) / 1000,
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
