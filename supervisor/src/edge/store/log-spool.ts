/*
 * Container log lines until the server has them: numbered, in a bounded number of segment files. Each flush writes its
 * lines and, behind them, the state that makes them count (numbers, and how far each container's log was read), so
 * that after a cut no line is read twice under two numbers and none is skipped.
 */
import { mkdir } from 'node:fs/promises'
import type { Logger } from '../../ports.js'
import type { LogBatchContent, LogCursor, LogSpool, SpooledLine } from '../../stored.js'
import type { LogSpoolState } from './log-record.js'
import { LogSegments } from './log-segments.js'

export interface LogSpoolLimits {
  segmentBytes: number
  segments: number
}
const DEFAULT_LIMITS: LogSpoolLimits = { segmentBytes: 512 * 1024, segments: 32 }
const BUFFER_BYTES = 64 * 1024

export class DiskLogSpool implements LogSpool {
  private state: LogSpoolState = { last: 0, stored: 0, offset: 0, dropped: 0, cursors: {} }
  private buffer: SpooledLine[] = []
  private bufferBytes = 0
  private isDirty = false
  private queue: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly segments: LogSegments,
    private readonly limits: LogSpoolLimits,
  ) {}

  static async open(folder: string, log: Logger, limits = DEFAULT_LIMITS): Promise<DiskLogSpool> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const segments = new LogSegments(folder, log)
    const spool = new DiskLogSpool(segments, limits)
    const state = await segments.open()
    if (state) spool.state = state
    await spool.advance().catch((error: unknown) => log.error('old log lines not removed', { error }))
    return spool
  }

  cursor(containerId: string): LogCursor | undefined {
    return this.state.cursors[containerId]
  }

  async append(containerId: string, line: Omit<SpooledLine, 'number'>, cursor: LogCursor): Promise<void> {
    // Before the line is taken: where the disk is full the caller stops reading, and the engine keeps the log.
    if (this.bufferBytes >= BUFFER_BYTES) await this.flush()
    this.buffer.push({ ...line, number: this.state.last + 1 })
    this.bufferBytes += line.text.length
    this.state = {
      ...this.state,
      last: this.state.last + 1,
      cursors: { ...this.state.cursors, [containerId]: cursor },
    }
  }

  flush(): Promise<void> {
    return this.inTurn(async () => {
      // A copy: lines come in while the disk is busy, and wait for the next flush.
      const lines = [...this.buffer]
      if (lines.length === 0 && !this.isDirty) return
      await this.segments.append([...lines.map((line) => ({ line })), { state: this.state }], this.limits.segmentBytes)
      this.isDirty = false
      this.buffer = this.buffer.slice(lines.length)
      this.bufferBytes = this.buffer.reduce((sum, line) => sum + line.text.length, 0)
      await this.keepWithinBounds()
      // The oldest file may have nothing left to offer.
      await this.advance()
    })
  }

  nextBatch(limit: { lines: number; bytes: number }): LogBatchContent | undefined {
    const lines: SpooledLine[] = []
    let bytes = 0
    for (const line of this.segments.head) {
      bytes += line.text.length
      if (lines.length >= limit.lines || (lines.length > 0 && bytes > limit.bytes)) break
      lines.push({ ...line, number: line.number + this.state.offset })
    }
    return lines.length > 0 ? { lines, dropped: this.state.dropped } : undefined
  }

  acknowledge(stored: number, dropped: number): Promise<void> {
    return this.inTurn(async () => {
      const { last, offset } = this.state
      this.isDirty = true
      if (stored > last + offset) {
        // The server knows numbers that were never given here: this spool was lost once. Go on above them, or it
        // would take every line for one that it has.
        const first = this.segments.head[0]?.number ?? last + 1
        this.state = { ...this.state, offset: stored - first + 1 }
        return
      }
      const dropLeft = Math.max(0, this.state.dropped - dropped)
      this.state = { ...this.state, stored: Math.max(this.state.stored, stored - offset), dropped: dropLeft }
      await this.advance()
    })
  }

  discard(upTo: number): Promise<void> {
    return this.inTurn(async () => {
      const raw = upTo - this.state.offset
      const given = this.segments.head.filter((line) => line.number <= raw).length
      this.isDirty = true
      this.state = { ...this.state, stored: Math.max(this.state.stored, raw), dropped: this.state.dropped + given }
      await this.advance()
    })
  }

  keepCursors(containerIds: readonly string[]): void {
    const kept = Object.entries(this.state.cursors).filter(([id]) => containerIds.includes(id))
    this.state = { ...this.state, cursors: Object.fromEntries(kept) }
  }

  /** Lets go of what the server has. */
  private advance(): Promise<void> {
    return this.segments.forgetUpTo(this.state.stored)
  }

  private async keepWithinBounds(): Promise<void> {
    while (this.segments.count > this.limits.segments) {
      const dropped = await this.segments.dropOldest(this.state.stored)
      this.state = { ...this.state, dropped: this.state.dropped + dropped }
      this.isDirty = true
    }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.queue.then(work)
    this.queue = result.catch(() => undefined)
    return result
  }
}
