/*
 * Time that passes only when a test says so, and then at once.
 */
import type { Stamp, TimeSource } from '../ports.js'

interface Timer {
  at: number
  wakeUp: () => void
}

export class FakeClock implements TimeSource {
  private elapsed = 0
  private readonly timers = new Set<Timer>()
  private readonly startedAt: number

  constructor(startedAt = '2026-11-21T08:00:00Z') {
    this.startedAt = Date.parse(startedAt)
  }

  now(): number {
    return this.startedAt + this.elapsed
  }

  monotonic(): number {
    return this.elapsed
  }

  isKnown(): boolean {
    return true
  }

  correct(boardMs: number): number {
    return boardMs
  }

  stamp(boardMs = this.now()): Stamp {
    return { boot: 'boot', monotonicMs: boardMs - this.startedAt }
  }

  floor(): number {
    return this.startedAt
  }

  whenWas({ monotonicMs }: Stamp): number {
    return this.startedAt + monotonicMs
  }

  random(): number {
    return 0.5
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const timer = { at: this.elapsed + ms, wakeUp }
      this.timers.add(timer)
      signal?.addEventListener('abort', wakeUp, { once: true })
      const timers = this.timers
      function wakeUp() {
        timers.delete(timer)
        signal?.removeEventListener('abort', wakeUp)
        resolve()
      }
    })
  }

  /** Lets this much time pass, each timer in its turn, with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms
    for (;;) {
      await settle()
      const next = [...this.timers].sort((a, b) => a.at - b.at)[0]
      if (!next || next.at > end) break
      this.elapsed = Math.max(this.elapsed, next.at)
      next.wakeUp()
    }
    this.elapsed = end
    await settle()
  }
}

/** Until nothing that is ready to run is left; what waits for disk or network is not waited for. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}
