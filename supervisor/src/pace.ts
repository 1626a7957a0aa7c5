import type { Clock } from './ports.js'

/** Keeps what passes below so many bytes per second, by waiting after each piece for as long as it should have taken. */
export class Pace {
  private freeAt = 0

  constructor(
    private readonly clock: Clock,
    // Undefined: as fast as the link is.
    private readonly bytesPerSecond: () => number | undefined,
  ) {}

  /** The largest piece that does not take the link for long. */
  pieceBytes(most: number): number {
    const rate = this.bytesPerSecond()
    return rate === undefined ? most : Math.max(LEAST_PIECE_BYTES, Math.min(most, rate * LONGEST_PIECE_SECONDS))
  }

  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    const rate = this.bytesPerSecond()
    if (rate === undefined) return
    const now = this.clock.monotonic()
    this.freeAt = Math.max(this.freeAt, now) + (bytes * 1000) / rate
    await this.clock.sleep(this.freeAt - now, signal)
  }
}

const LEAST_PIECE_BYTES = 4096
const LONGEST_PIECE_SECONDS = 2
