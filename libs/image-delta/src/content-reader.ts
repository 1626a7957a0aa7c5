import { readAll, type ByteStream } from './byte-stream.js'
import { ColumnReader, DIFFERENCE_COLUMNS, OPERATION_COLUMNS } from './columns.js'
import { DeltaError } from './delta-error.js'
import type { DeltaSource } from './delta-source.js'
import { OldContents, openOldFile } from './old-contents.js'
import type { OldHeaders } from './old-headers.js'

/** How many old files one new content may be made of. */
export const MOST_SOURCES = 16
// Copies as long as this are read to where they belong.
const LONG_COPY = 32 * 1024

/** Contents that are made of old files, differences and new bytes. */
export class ContentReader {
  private readonly operations: ColumnReader<(typeof OPERATION_COLUMNS)[number]>
  private readonly differences: ColumnReader<(typeof DIFFERENCE_COLUMNS)[number]>
  private readonly old = new OldContents()
  private position = 0
  private copied = 0
  private added = 0
  // Alike bytes before the next difference; negative before the first one was read.
  private gap = -1
  private value = 0
  private hasOperation = false

  constructor(
    streams: { operations: ByteStream; differences: ByteStream },
    private readonly extra: ByteStream,
  ) {
    this.operations = new ColumnReader(OPERATION_COLUMNS, streams.operations)
    this.differences = new ColumnReader(DIFFERENCE_COLUMNS, streams.differences)
  }

  /** Begins the next content. */
  async begin(anchor: number, headers: OldHeaders, source: DeltaSource): Promise<void> {
    while (!this.operations.next()) await this.operations.load()
    const { sources } = this.operations.column
    const count = sources.varint()
    if (count > MOST_SOURCES) throw new DeltaError('A content has too many sources.')
    for (let at = 0; at < count; at += 1) {
      const { path, sizeBytes } = await headers.at(anchor + sources.signed() * 512)
      this.old.add(await openOldFile(source, path, sizeBytes))
    }
    this.position = this.copied = this.added = 0
    this.hasOperation = true
  }

  /** Fills all of it with the content's next bytes; waits only where something has to be read first. */
  async read(into: Buffer): Promise<void> {
    for (let done = 0; done < into.length;) {
      if (this.copied > 0) {
        const end = done + (this.copy(into, done) || (await this.copyUnread(into, done)))
        const changed = this.change(into, done, end)
        if (changed < end) await this.changeRest(into, changed, end)
        done = end
      } else if (this.added > 0) {
        const added = this.add(into, done)
        if (added === 0) await this.extra.load()
        done += added
      } else {
        while (!this.hasOperation && !this.operations.next()) await this.operations.load()
        this.nextOperation()
      }
    }
  }

  /** New bytes that are no part of a content. */
  readNew(into: Buffer): Promise<void> {
    return readAll(this.extra, into)
  }

  async end(): Promise<void> {
    if (this.copied + this.added > 0) throw new DeltaError('An operation is longer than its content.')
    await this.old.close()
  }

  async close(): Promise<void> {
    await this.old.close()
  }

  private nextOperation(): void {
    this.hasOperation = false
    const { column } = this.operations
    this.copied = column.copied.varint()
    this.added = column.added.varint()
    if (this.copied > 0) this.position += column.seeks.signed()
    if (this.copied + this.added === 0 || this.position < 0) throw new DeltaError('A delta has an empty operation.')
  }

  /** As far as it is at hand: none, and it has to be read. */
  private copy(into: Buffer, start: number): number {
    const count = this.old.take(into, { start, end: start + this.copied }, this.position)
    this.position += count
    this.copied -= count
    return count
  }

  /** None: it is at hand now. */
  private async copyUnread(into: Buffer, start: number): Promise<number> {
    const count = Math.min(into.length - start, this.copied)
    if (count < LONG_COPY) {
      await this.old.load(this.position)
      return 0
    }
    await this.old.read(into.subarray(start, start + count), this.position)
    this.position += count
    this.copied -= count
    return count
  }

  /** As far as it is at hand: none, and it has to be loaded. */
  private add(into: Buffer, start: number): number {
    const count = this.extra.take(into, start, Math.min(into.length, start + this.added))
    this.added -= count
    return count
  }

  /** Applies differences to what was copied. Gives up to where: before the end, more of them have to be loaded. */
  private change(into: Buffer, start: number, end: number): number {
    const { gaps, values } = this.differences.column
    for (let at = start; at < end; this.gap = -1) {
      if (this.gap < 0) {
        if (!this.differences.next()) return at
        this.gap = gaps.varint()
        this.value = values.byte()
      }
      const next = at + this.gap
      if (next >= end) {
        this.gap = next - end
        return end
      }
      into[next] = (into[next] ?? 0) + this.value
      at = next + 1
    }
    return end
  }
  private async changeRest(into: Buffer, start: number, end: number): Promise<void> {
    for (let at = start; at < end; at = this.change(into, at, end)) await this.differences.load()
  }
}
