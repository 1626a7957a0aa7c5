import { ColumnReader, DIFFERENCE_COLUMNS, OPERATION_COLUMNS, type ByteStream } from './columns.js'
import { DeltaError } from './delta-error.js'
import type { DeltaSource } from './delta-source.js'
import type { OldHeaders } from './old-headers.js'
import { isPlain } from './merged-view.js'
import type { SourceFile } from './source-file.js'

/** How many old files one new content may be made of. */
export const MOST_SOURCES = 16

/** Bytes of one content, in pieces as large as the room for them. */
export interface ContentReader {
  /** Fills at most all of `into`; gives how many bytes, at least one. */
  read(into: Buffer): Promise<number>
  close(): Promise<void>
}

export async function openOld(source: DeltaSource, path: string, sizeBytes: number): Promise<SourceFile> {
  if (!isPlain(path)) throw new DeltaError('A delta names a file that cannot be.')
  const file = await source.openFile(path)
  if (file.sizeBytes === sizeBytes) return file
  await file.close()
  throw new DeltaError(`${path} has another length than in the image.`)
}

/** The content of one old file as it is. */
export class CopyReader implements ContentReader {
  private position = 0

  constructor(private readonly file: SourceFile) {}

  async read(into: Buffer): Promise<number> {
    const count = await this.file.read(into, this.position)
    if (count <= 0) throw new DeltaError('A file of the old image is too short.')
    this.position += count
    return count
  }

  close(): Promise<void> {
    return this.file.close()
  }
}

/** Old files, one behind the other. */
class Sources {
  private readonly files: SourceFile[] = []

  add(file: SourceFile): void {
    this.files.push(file)
  }

  async read(into: Buffer, position: number): Promise<void> {
    let done = 0
    let start = 0
    for (const file of this.files) {
      const end = start + file.sizeBytes
      while (done < into.length && position + done < end) {
        const most = Math.min(into.length - done, end - position - done)
        const count = await file.read(into.subarray(done, done + most), position + done - start)
        if (count <= 0) throw new DeltaError('A file of the old image is too short.')
        done += count
      }
      start = end
    }
    if (done < into.length) throw new DeltaError('A delta copies from behind the end of a file.')
  }

  async close(): Promise<void> {
    for (const file of this.files) await file.close()
    this.files.length = 0
  }
}

/** Contents that are made of old files, differences and new bytes. */
export class OperationReader implements ContentReader {
  private readonly operations: ColumnReader<(typeof OPERATION_COLUMNS)[number]>
  private readonly differences: ColumnReader<(typeof DIFFERENCE_COLUMNS)[number]>
  private sources = new Sources()
  private position = 0
  private copied = 0
  private added = 0
  // Alike bytes before the next difference; undefined before the first one was read.
  private gap: number | undefined
  private value = 0
  private isFirst = false

  constructor(
    streams: { operations: ByteStream; differences: ByteStream },
    private readonly extra: ByteStream,
  ) {
    this.operations = new ColumnReader(OPERATION_COLUMNS, streams.operations)
    this.differences = new ColumnReader(DIFFERENCE_COLUMNS, streams.differences)
  }

  /** Begins the next content. */
  async begin(anchor: number, old: OldHeaders, source: DeltaSource): Promise<void> {
    if (!this.operations.next()) await this.operations.load()
    const { sources } = this.operations.column
    const count = sources.varint()
    if (count > MOST_SOURCES) throw new DeltaError('A content has too many sources.')
    for (let at = 0; at < count; at += 1) {
      const { path, sizeBytes } = await old.at(anchor + sources.signed() * 512)
      this.sources.add(await openOld(source, path, sizeBytes))
    }
    this.position = this.copied = this.added = 0
    this.isFirst = true
  }

  async read(into: Buffer): Promise<number> {
    if (this.copied === 0 && this.added === 0) await this.nextOperation()
    if (this.copied > 0) {
      const bytes = into.subarray(0, Math.min(into.length, this.copied))
      await this.sources.read(bytes, this.position)
      this.position += bytes.length
      this.copied -= bytes.length
      await this.applyDifferences(bytes)
      return bytes.length
    }
    const bytes = into.subarray(0, Math.min(into.length, this.added))
    await this.extra.read(bytes)
    this.added -= bytes.length
    return bytes.length
  }

  async close(): Promise<void> {
    await this.sources.close()
  }

  private async nextOperation(): Promise<void> {
    if (!this.isFirst && !this.operations.next()) await this.operations.load()
    this.isFirst = false
    const { column } = this.operations
    this.copied = column.copied.varint()
    this.added = column.added.varint()
    if (this.copied > 0) this.position += column.seeks.signed()
    if (this.copied + this.added === 0 || this.position < 0) throw new DeltaError('A delta has an empty operation.')
  }

  private async applyDifferences(bytes: Buffer): Promise<void> {
    let at = 0
    if (this.gap === undefined) await this.nextDifference()
    while ((this.gap ?? 0) < bytes.length - at) {
      at += this.gap ?? 0
      bytes[at] = (bytes[at] ?? 0) + this.value
      at += 1
      await this.nextDifference()
    }
    this.gap = (this.gap ?? 0) - (bytes.length - at)
  }

  private async nextDifference(): Promise<void> {
    if (!this.differences.next()) await this.differences.load()
    this.gap = this.differences.column.gaps.varint()
    this.value = this.differences.column.values.byte()
  }
}
