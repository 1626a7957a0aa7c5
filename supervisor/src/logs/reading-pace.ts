import { RateLimit } from '../loops/rate-limit.js'
import type { Clock } from '../ports.js'

const BYTES_PER_SECOND = 32 * 1024
const BURST_BYTES = 2 * 1024 * 1024
// About what is kept of a line besides its text.
const LINE_BYTES = 150
// No waking up for every few lines.
const PAUSE_MS = 1000
const TELL_EVERY_MS = 3_600_000

/**
 * How fast the log of one container is read. A service that writes without end must not take the board's processor and
 * memory for it, nor its link; what it wrote in a few seconds of trouble comes at once. The engine holds what waits, within its
 * own bounds.
 */
export class ReadingPace {
  private readonly rate: RateLimit
  private toldAt?: number

  constructor(private readonly clock: Clock) {
    this.rate = new RateLimit(clock, BURST_BYTES, 1000 / BYTES_PER_SECOND)
  }

  /** Resolves when the line may be kept; at once where the signal aborts. What people should be told, now and then. */
  async turn(text: string, signal: AbortSignal): Promise<string | undefined> {
    const bytes = Buffer.byteLength(text) + LINE_BYTES
    const delayMs = this.rate.delay(bytes)
    if (delayMs > 0) await this.clock.sleep(Math.max(delayMs, PAUSE_MS), signal)
    this.rate.take(bytes)
    return delayMs > 0 && !signal.aborted ? this.tell() : undefined
  }

  private tell(): string | undefined {
    const now = this.clock.monotonic()
    if (this.toldAt !== undefined && now - this.toldAt < TELL_EVERY_MS) return undefined
    this.toldAt = now
    const rate = `${BYTES_PER_SECOND / 1024} KB a second`
    return `More than ${rate} is written here. It is read at that pace; what the engine rotates away meanwhile is lost.`
  }
}
