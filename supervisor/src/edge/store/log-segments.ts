/*
 * The files behind the log spool, oldest first. Only the lines of the oldest are held in memory, so that a long time
 * offline costs disk and not memory.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../ports.js'
import type { SpooledLine } from '../../stored.js'
import { removeIfPresent } from './atomic-file.js'
import { Journal } from './journal.js'
import { LogRecordSchema, type LogRecord, type LogSpoolState } from './log-record.js'

interface Segment {
  sequence: number
  bytes: number
}

export class LogSegments {
  /** Lines of the oldest segment that the server does not have. */
  head: SpooledLine[] = []
  private segments: Segment[] = []

  constructor(
    private readonly folder: string,
    private readonly log: Logger,
  ) {}

  get count(): number {
    return this.segments.length
  }

  /** Finds what an earlier run left, and gives the newest state written there. */
  async open(): Promise<LogSpoolState | undefined> {
    const names = await readdir(this.folder)
    const sequences = names.flatMap((name) => /^segment-(\d+)\.jsonl$/.exec(name)?.[1] ?? [])
    // Never appended to again: the sizes need not be known, and what was torn off stays apart.
    this.segments = sequences.map((text) => ({ sequence: Number(text), bytes: Infinity }))
    this.segments.sort((a, b) => a.sequence - b.sequence)
    await this.loadHead(0)
    for (const segment of [...this.segments].reverse()) {
      const { state } = await this.load(segment)
      if (state) return state
    }
    return undefined
  }

  async append(records: LogRecord[], segmentBytes: number): Promise<void> {
    const last = this.segments.at(-1)
    const tail = last && last.bytes < segmentBytes ? last : { sequence: (last?.sequence ?? 0) + 1, bytes: 0 }
    const bytes = await this.journal(tail).append(records)
    tail.bytes += bytes
    if (tail !== last) this.segments.push(tail)
    if (tail === this.segments[0]) this.head.push(...linesOf(records))
  }

  /** Removes every line up to this number, and the files that held nothing else. */
  async forgetUpTo(stored: number): Promise<void> {
    this.head = this.head.filter((line) => line.number > stored)
    while (this.head.length === 0 && this.segments.length > 1) await this.removeHead(stored)
  }

  /** Gives the number of lines lost. */
  async dropOldest(stored: number): Promise<number> {
    const lost = this.head.length
    await this.removeHead(stored)
    return lost
  }

  private async removeHead(stored: number): Promise<void> {
    const [oldest, ...rest] = this.segments
    if (!oldest) return
    await removeIfPresent(this.journal(oldest).path)
    this.segments = rest
    await this.loadHead(stored)
  }

  private async loadHead(stored: number): Promise<void> {
    const oldest = this.segments[0]
    const lines = oldest ? (await this.load(oldest)).lines : []
    this.head = lines.filter((line) => line.number > stored)
  }

  /** Lines behind the last state were cut off before they counted: the engine still has them. */
  private async load(segment: Segment): Promise<{ lines: SpooledLine[]; state?: LogSpoolState }> {
    const records = await this.journal(segment).read()
    const end = records.findLastIndex((record) => 'state' in record)
    const last = records[end]
    return {
      lines: linesOf(records.slice(0, Math.max(0, end))),
      ...(last && 'state' in last && { state: last.state }),
    }
  }

  private journal({ sequence }: Segment): Journal<LogRecord> {
    const name = `segment-${String(sequence).padStart(10, '0')}.jsonl`
    return new Journal(join(this.folder, name), LogRecordSchema, this.log)
  }
}

function linesOf(records: readonly LogRecord[]): SpooledLine[] {
  return records.flatMap((record) => ('line' in record ? [record.line] : []))
}
