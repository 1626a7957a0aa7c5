const KB = 1024
const SMALLEST_BYTES = 64 * KB
const LARGEST_BYTES = 8 * KB * KB
const FIRST_BYTES = 256 * KB
const SHORTEST_S = 0.5
const LONGEST_S = 8
// What a break throws away is at most what was asked for: so small a share of what comes between two of them.
const SHARE = 1 / 50
// While nothing is known of breaks: ranges of two seconds, whose own delay does not matter.
const FIRST_UP_MS = 100_000

/** How reading a range went: how much of it came, and between when and when, by a monotonic clock in milliseconds. */
export interface RangeCourse {
  bytes: number
  startedAt: number
  lastAt: number
}

/**
 * How much to ask for at a time over one connection. What the kernel holds behind a gap is lost when a connection is
 * given up, and that may be all that was asked for: so a range is worth little of the link where it breaks often, and
 * more where it holds.
 */
export class RangeSizes {
  private bytesPerSecond?: number
  // How long it was up between two breaks.
  private usuallyUpMs?: number
  // Since when bytes came again after a break, and when the last of them came.
  private up?: { since: number; until: number }
  private brokeAt = -Infinity

  next(): number {
    const bytes = this.bytesPerSecond === undefined ? FIRST_BYTES : this.bytesPerSecond * this.secondsOfLink()
    // In whole pieces, so that two ranges seldom share a block of the disk, which would then be written twice.
    const whole = Math.ceil(bytes / SMALLEST_BYTES) * SMALLEST_BYTES
    return Math.min(LARGEST_BYTES, Math.max(SMALLEST_BYTES, whole))
  }

  worked(course: RangeCourse): void {
    this.learn(course)
  }

  broke(course: RangeCourse, noticedAt: number): void {
    this.learn(course)
    // Several connections that broke together broke once, and what never came cannot break.
    if (course.startedAt < this.brokeAt || course.bytes === 0 || !this.up) return
    const upMs = this.up.until - this.up.since
    this.usuallyUpMs = this.usuallyUpMs === undefined ? upMs : (this.usuallyUpMs + upMs) / 2
    this.up = undefined
    this.brokeAt = noticedAt
  }

  private secondsOfLink(): number {
    const upMs = this.up ? this.up.until - this.up.since : 0
    const seconds = (Math.max(this.usuallyUpMs ?? FIRST_UP_MS, upMs) / 1000) * SHARE
    return Math.min(LONGEST_S, Math.max(SHORTEST_S, seconds))
  }

  private learn({ bytes, startedAt, lastAt }: RangeCourse): void {
    if (bytes === 0) return
    const rate = (bytes / Math.max(1, lastAt - startedAt)) * 1000
    this.bytesPerSecond = this.bytesPerSecond === undefined ? rate : (this.bytesPerSecond + rate) / 2
    // What began before a break tells nothing of the time after it.
    if (startedAt < this.brokeAt) return
    this.up = { since: this.up?.since ?? startedAt, until: Math.max(lastAt, this.up?.until ?? lastAt) }
  }
}
