import { Listeners } from '../listeners.js'
import type { Clock, Document, Stamp, TimeSource } from '../ports.js'
import type { BootTimes } from '../stored.js'

// The Date header counts whole seconds, and nobody needs a board to be righter than that.
const HEADER_STEP_MS = 1000
const SLACK_MS = 2000
// Boots whose time is remembered: for as long as something of theirs may wait to be sent.
const MOST_BOOTS = 50

/**
 * The true time on a board that may have no battery for its clock: the board's own time where the server, or the host,
 * confirms it, and else the board's with what was found to be missing. Also a clock that is set while the supervisor
 * runs does not make this one jump.
 */
export class TimeKeeper implements TimeSource {
  /** The time is known now, or is another one than it seemed. */
  readonly changed = new Listeners()
  // True time minus the board's. Undefined: not known.
  private shiftMs?: number
  // The board's time minus the monotonic: it changes only where somebody sets the clock.
  private gapMs: number
  private times: BootTimes = {}

  constructor(
    private readonly board: Clock,
    private readonly boot: string,
    private readonly document: Document<BootTimes>,
  ) {
    this.gapMs = board.now() - board.monotonic()
  }

  /** What an earlier run in this boot learned still holds. */
  async load(): Promise<void> {
    this.times = (await this.document.read()) ?? {}
    const offset = this.times[this.boot]
    if (offset !== undefined) this.shiftMs = insignificantIsNone(offset - this.gapMs)
  }

  now(): number {
    return this.correct(this.board.now())
  }

  monotonic(): number {
    return this.board.monotonic()
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.board.sleep(ms, signal)
  }

  random(): number {
    return this.board.random()
  }

  isKnown(): boolean {
    return this.shiftMs !== undefined
  }

  correct(boardMs: number): number {
    this.noticeSetting()
    return boardMs + (this.shiftMs ?? 0)
  }

  stamp(boardMs = this.board.now()): Stamp {
    this.noticeSetting()
    return { boot: this.boot, monotonicMs: Math.round(boardMs - this.gapMs) }
  }

  floor(): number {
    const starts = Object.entries(this.times).flatMap(([boot, offset]) => (boot === this.boot ? [] : [offset]))
    return Math.max(-Infinity, ...starts)
  }

  whenWas({ boot, monotonicMs }: Stamp): number | undefined {
    this.noticeSetting()
    const offset = boot === this.boot && this.shiftMs !== undefined ? this.gapMs + this.shiftMs : this.times[boot]
    return offset === undefined ? undefined : Math.round(monotonicMs + offset)
  }

  /** The server's Date header, just received, in milliseconds since the epoch. */
  async hearServer(serverMs: number, roundTripMs: number): Promise<void> {
    const estimate = serverMs + HEADER_STEP_MS / 2 + roundTripMs / 2
    const tolerance = HEADER_STEP_MS / 2 + roundTripMs / 2 + SLACK_MS
    const board = this.board.now()
    if (Math.abs(board - estimate) <= tolerance) return this.trustBoard()
    if (this.isKnown() && Math.abs(this.correct(board) - estimate) <= tolerance) return
    await this.set(estimate - board)
  }

  /** Somebody who knows (NTP) says that the board's clock is right. */
  trustBoard(): Promise<void> {
    this.noticeSetting()
    return this.set(0)
  }

  private async set(shiftMs: number): Promise<void> {
    if (this.shiftMs === shiftMs) return
    this.shiftMs = shiftMs
    const offset = Math.round(this.gapMs + shiftMs)
    if (Math.abs((this.times[this.boot] ?? Infinity) - offset) > SLACK_MS) {
      const { [this.boot]: _former, ...others } = this.times
      this.times = { ...Object.fromEntries(Object.entries(others).slice(1 - MOST_BOOTS)), [this.boot]: offset }
      // A disk that takes nothing is no reason to go on by a wrong time.
      await this.document.write(this.times).finally(() => this.changed.notify())
    } else this.changed.notify()
  }

  /** The board's clock was set: the true time went on as it was. */
  private noticeSetting(): void {
    const gap = this.board.now() - this.board.monotonic()
    const step = gap - this.gapMs
    this.gapMs = gap
    if (this.shiftMs !== undefined && Math.abs(step) > SLACK_MS) {
      this.shiftMs = insignificantIsNone(this.shiftMs - step)
    }
  }
}

/** A board that is right to a few seconds is right. */
function insignificantIsNone(shiftMs: number): number {
  return Math.abs(shiftMs) <= 2 * SLACK_MS ? 0 : shiftMs
}
