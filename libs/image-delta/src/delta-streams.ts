import { ColumnWriter, DIFFERENCE_COLUMNS, ENTRY_COLUMNS, OPERATION_COLUMNS } from './columns.js'
import type { ContentDiff } from './content-diff.js'
import type { StreamName } from './delta-format.js'

/** Takes the streams of a layer before they are compressed. */
export interface StreamSink {
  write(stream: StreamName, bytes: Uint8Array): void
}

/** The streams of one layer, as they are written. */
export class DeltaStreams {
  readonly entries: ColumnWriter<(typeof ENTRY_COLUMNS)[number]>
  readonly operations: ColumnWriter<(typeof OPERATION_COLUMNS)[number]>
  private readonly differences: ColumnWriter<(typeof DIFFERENCE_COLUMNS)[number]>
  private gap = 0

  constructor(private readonly sink: StreamSink) {
    this.entries = new ColumnWriter(ENTRY_COLUMNS, (bytes) => sink.write('entries', bytes))
    this.operations = new ColumnWriter(OPERATION_COLUMNS, (bytes) => sink.write('operations', bytes))
    this.differences = new ColumnWriter(DIFFERENCE_COLUMNS, (bytes) => sink.write('differences', bytes))
  }

  extra(bytes: Uint8Array): void {
    this.sink.write('extra', bytes)
  }

  /** A content made of sources that lie one behind the other; `sources` are their places, told from an anchor. */
  content(diff: ContentDiff, sources: number[]): void {
    const { column } = this.operations
    column.sources.varint(sources.length)
    for (const source of sources) column.sources.signed(source)
    let expected = 0
    for (let at = 0; at < diff.operations.length; at += 3) {
      const [position = 0, copied = 0, added = 0] = diff.operations.subarray(at, at + 3)
      column.copied.varint(copied)
      column.added.varint(added)
      if (copied > 0) {
        column.seeks.signed(position - expected)
        expected = position + copied
      }
      this.operations.endRecord()
    }
    this.addDifferences(diff)
    this.extra(diff.extra)
  }

  finish(): void {
    // A reader looks one difference ahead.
    this.difference(this.gap, 0)
    this.entries.flush()
    this.operations.flush()
    this.differences.flush()
  }

  private addDifferences(diff: ContentDiff): void {
    diff.gaps.forEach((gap, at) => {
      this.difference(this.gap + gap, diff.values[at] ?? 0)
      this.gap = 0
    })
    this.gap += diff.tail
  }

  private difference(gap: number, value: number): void {
    this.differences.column.gaps.varint(gap)
    this.differences.column.values.byte(value)
    this.differences.endRecord()
  }
}
