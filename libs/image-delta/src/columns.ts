import { readAll, type ByteStream } from './byte-stream.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { DeltaError } from './delta-error.js'

/*
 * Records whose fields are kept in columns, since like beside like compresses best. A stream of them comes in batches:
 * how many records, how long each column is, the columns.
 */
const BATCH_BYTES = 128 * 1024
// A writer ends a batch after the record that fills it, and a record is far smaller than this.
const LARGEST_BATCH = 4 * BATCH_BYTES

export const ENTRY_COLUMNS = ['flags', 'bases', 'mtimes', 'names', 'patches', 'sizes', 'contents', 'raw'] as const
export const OPERATION_COLUMNS = ['sources', 'copied', 'added', 'seeks'] as const
export const DIFFERENCE_COLUMNS = ['gaps', 'values'] as const

export class ColumnWriter<Column extends string> {
  readonly column: Record<Column, ByteWriter>
  private records = 0

  constructor(
    private readonly names: readonly Column[],
    private readonly write: (bytes: Buffer) => void,
  ) {
    this.column = Object.fromEntries(names.map((name) => [name, new ByteWriter()])) as Record<Column, ByteWriter>
  }

  endRecord(): void {
    this.records += 1
    let bytes = 0
    for (const name of this.names) bytes += this.column[name].length
    if (bytes >= BATCH_BYTES) this.flush()
  }

  flush(): void {
    if (this.records === 0) return
    const head = new ByteWriter()
    head.varint(this.records)
    for (const name of this.names) head.varint(this.column[name].length)
    this.write(head.view())
    for (const name of this.names) {
      this.write(this.column[name].view())
      this.column[name].clear()
    }
    this.records = 0
  }
}

export class ColumnReader<Column extends string> {
  readonly column: Record<Column, ByteReader>
  private records = 0
  private batch = Buffer.alloc(0)
  private readonly one = Buffer.alloc(1)

  constructor(
    private readonly names: readonly Column[],
    private readonly stream: ByteStream,
  ) {
    this.column = Object.fromEntries(names.map((name) => [name, new ByteReader()])) as Record<Column, ByteReader>
  }

  /** True: the fields of the next record are there. False: load the next batch first. */
  next(): boolean {
    if (this.records === 0) return false
    this.records -= 1
    return true
  }

  /** The next batch is there. */
  async load(): Promise<void> {
    const records = await this.varint()
    const lengths: number[] = []
    for (let at = 0; at < this.names.length; at += 1) lengths.push(await this.varint())
    const total = lengths.reduce((sum, length) => sum + length, 0)
    if (records === 0 || total > LARGEST_BATCH) throw new DeltaError('A batch of a delta is too large or empty.')
    if (this.batch.length < total) this.batch = Buffer.allocUnsafeSlow(Math.max(total, BATCH_BYTES / 4))
    await readAll(this.stream, this.batch.subarray(0, total))
    let start = 0
    this.names.forEach((name, at) => {
      const end = start + (lengths[at] ?? 0)
      this.column[name].reset(this.batch.subarray(start, end))
      start = end
    })
    this.records = records
  }

  private async varint(): Promise<number> {
    const bytes: number[] = []
    do {
      await readAll(this.stream, this.one)
      bytes.push(this.one[0] ?? 0)
    } while ((bytes.at(-1) ?? 0) > 127 && bytes.length < 8)
    return new ByteReader(Uint8Array.from(bytes)).varint()
  }
}
