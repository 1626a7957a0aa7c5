import type { Clock } from '../ports.js'

interface Timer {
  at: number
  wakeUp: () => void
}

/**
 * Time that passes only between two moments in which nothing is left to do, so that hours of a board's life take
 * milliseconds. The board's own clock may be set to anything meanwhile.
 */
export class VirtualClock implements Clock {
  private elapsed = 0
  private readonly timers = new Set<Timer>()

  constructor(
    private wallOffset: number,
    private readonly nextRandom: () => number = () => 0.5,
  ) {}

  now(): number {
    return this.wallOffset + this.elapsed
  }

  monotonic(): number {
    return this.elapsed
  }

  random(): number {
    return this.nextRandom()
  }

  /** The board's clock is set, by NTP or by a dead battery. */
  setWall(ms: number): void {
    this.wallOffset = ms - this.elapsed
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const { timers } = this
      const timer = { at: this.elapsed + Math.max(0, ms), wakeUp }
      timers.add(timer)
      signal?.addEventListener('abort', wakeUp, { once: true })
      function wakeUp() {
        timers.delete(timer)
        signal?.removeEventListener('abort', wakeUp)
        resolve()
      }
    })
  }

  /** Lets time pass, each timer in its turn with all that follows from it, for `ms` or until `isOver` says so. */
  async advance(ms: number, isOver: () => boolean = () => false): Promise<void> {
    const end = this.elapsed + ms
    for (;;) {
      await settle()
      if (isOver()) return
      const next = this.nextTimer()
      if (!next || next.at > end) break
      this.elapsed = Math.max(this.elapsed, next.at)
      next.wakeUp()
    }
    this.elapsed = end
    await settle()
  }

  private nextTimer(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.timers) if (!next || timer.at < next.at) next = timer
    return next
  }
}

// Nothing in a simulation waits for disk or network: all that can run has run when the queues of promises are empty.
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
