import type { Clock } from '../ports.js'

/**
 * Lets a burst through at once and then one per interval: quick for what is rare, cheap for what flaps. What counts as several,
 * of a burst at most, waits for as many.
 */
export class RateLimit {
  private tokens: number
  private refilledAt: number

  constructor(
    private readonly clock: Clock,
    private readonly burst: number,
    private readonly intervalMs: number,
  ) {
    this.tokens = burst
    this.refilledAt = clock.monotonic()
  }

  /** Milliseconds until there is a turn to take. */
  delay(count = 1): number {
    this.refill()
    return Math.max(0, Math.ceil((count - this.tokens) * this.intervalMs))
  }

  take(count = 1): void {
    this.refill()
    this.tokens = Math.max(0, this.tokens - count)
  }

  private refill(): void {
    const now = this.clock.monotonic()
    this.tokens = Math.min(this.burst, this.tokens + (now - this.refilledAt) / this.intervalMs)
    this.refilledAt = now
  }
}
