const KB = 1024
const SMALLEST_BYTES = 64 * KB
const LARGEST_BYTES = 8 * KB * KB
const FIRST_BYTES = 256 * KB
const SHORTEST_S = 0.5
const LONGEST_S = 8

/**
 * How much to ask for at a time over one connection. What is on its way when a link breaks is lost, so a range is worth
 * a second or so of the link where it breaks often, and more where it holds.
 */
export class RangeSizes {
  private bytesPerSecond?: number
  private seconds = 2

  next(): number {
    const bytes = this.bytesPerSecond === undefined ? FIRST_BYTES : this.bytesPerSecond * this.seconds
    // In whole pieces, so that two ranges seldom share a block of the disk, which would then be written twice.
    const whole = Math.ceil(bytes / SMALLEST_BYTES) * SMALLEST_BYTES
    return Math.min(LARGEST_BYTES, Math.max(SMALLEST_BYTES, whole))
  }

  worked(bytes: number, ms: number): void {
    this.learn(bytes, ms)
    this.seconds = Math.min(LONGEST_S, this.seconds * 1.2)
  }

  broke(bytes: number, ms: number): void {
    if (bytes > 0) this.learn(bytes, ms)
    this.seconds = Math.max(SHORTEST_S, this.seconds / 2)
  }

  private learn(bytes: number, ms: number): void {
    const rate = (bytes / Math.max(1, ms)) * 1000
    this.bytesPerSecond = this.bytesPerSecond === undefined ? rate : (this.bytesPerSecond + rate) / 2
  }
}
