import type { ByteStream } from './byte-stream.js'
import { ColumnReader, ENTRY_COLUMNS } from './columns.js'
import { DeltaError } from './delta-error.js'
import {
  applyChecksum,
  BASE,
  changeHeader,
  CONTENT,
  groupName,
  groupTime,
  isChecksumByte,
  TIME,
  TimeLine,
  unpackFlags,
  type EntryFlags,
  type HeaderChange,
} from './header-prediction.js'
import type { OldEntry, OldHeaders } from './old-headers.js'
import { LARGEST_GROUP } from './tar-group.js'

/** The next piece of the new tar: header blocks, or bytes that are no entry, and what follows them. */
export interface NextEntry {
  /** Good until the next one is read. */
  group: Buffer
  /** More bytes to take from the stream of new bytes. */
  rawBytes: number
  /** Where the content is copied from, whole. */
  copy?: OldEntry
  /** How long the content is that operations make. */
  madeBytes: number
  /** From where the places of sources are told. */
  anchor: number
}

/** Tells the entries of a new layer, one after the other. */
export class EntryReader {
  private readonly columns: ColumnReader<(typeof ENTRY_COLUMNS)[number]>
  private readonly times = new TimeLine()
  private readonly group = Buffer.alloc(LARGEST_GROUP)
  private groupLength = 0
  private cursor = 0

  constructor(
    stream: ByteStream,
    private readonly old: OldHeaders,
  ) {
    this.columns = new ColumnReader(ENTRY_COLUMNS, stream)
  }

  async next(): Promise<NextEntry> {
    while (!this.columns.next()) await this.columns.load()
    const flags = unpackFlags(this.columns.column.flags.byte())
    if (flags.base === BASE.none) return this.untold(flags)
    return this.told(flags)
  }

  private async untold(flags: EntryFlags): Promise<NextEntry> {
    const { column } = this.columns
    const length = column.sizes.varint()
    const told = { copy: undefined, anchor: this.cursor, rawBytes: 0, madeBytes: 0 }
    if (flags.isPatched) return { ...told, group: this.group.subarray(0, 0), rawBytes: length }
    if (length > LARGEST_GROUP) throw new DeltaError('A header is too long.')
    this.group.set(column.raw.bytes(length))
    this.groupLength = length
    const header = { ...told, group: this.group.subarray(0, length) }
    if (flags.content === CONTENT.base) return header
    const size = sizeOf(column.sizes.signed())
    if (flags.content === CONTENT.operations) return { ...header, madeBytes: size }
    return { ...header, copy: await this.elsewhere(this.cursor, size) }
  }

  private async told(flags: EntryFlags): Promise<NextEntry> {
    const { column } = this.columns
    const base = await this.base(flags)
    const anchor = base?.place ?? this.cursor
    if (base) this.cursor = anchor + base.group.length
    const group = this.group.subarray(0, this.groupLength)
    if (group.length === 0) throw new DeltaError('A header has no base.')
    const change: HeaderChange = { time: this.time(flags.time, groupTime(group) ?? 0) }
    if (flags.isRenamed) {
      const kept = column.names.byte()
      const rest = column.names.bytes(column.names.byte())
      change.name = Buffer.concat([groupName(group).subarray(0, kept), rest])
    }
    const size = this.size(flags, base)
    if (flags.content !== CONTENT.base || !base) change.size = size
    changeHeader(group, change)
    this.finishHeader(group, flags.isPatched)
    const told = { group, rawBytes: 0, anchor, madeBytes: flags.content === CONTENT.operations ? size : 0 }
    if (flags.content === CONTENT.base && base && size > 0) return { ...told, copy: base }
    if (flags.content !== CONTENT.elsewhere) return told
    return { ...told, copy: await this.elsewhere(anchor, size) }
  }

  private async elsewhere(anchor: number, size: number): Promise<OldEntry> {
    const copy = await this.old.at(anchor + this.columns.column.contents.signed() * 512)
    if (copy.sizeBytes !== size) throw new DeltaError('A content has another length than its copy.')
    return copy
  }

  /** Puts the base in the place of the header; undefined where that is the header before. */
  private async base(flags: EntryFlags): Promise<OldEntry | undefined> {
    if (flags.base === BASE.previous) return undefined
    const offset = flags.base === BASE.other ? this.columns.column.bases.signed() * 512 : 0
    const base = await this.old.at(this.cursor + offset)
    base.group.copy(this.group)
    this.groupLength = base.group.length
    return base
  }

  private size(flags: EntryFlags, base: OldEntry | undefined): number {
    const baseSize = base?.sizeBytes ?? 0
    return flags.content === CONTENT.base ? baseSize : sizeOf(baseSize + this.columns.column.sizes.signed())
  }

  private time(rule: number, base: number): number | undefined {
    if (rule === TIME.base) return undefined
    const told = rule === TIME.told
    const time = told ? this.times.last + this.columns.column.mtimes.signed() : this.times.predict(rule, base)
    this.times.accept(rule, base, time)
    return time
  }

  private finishHeader(group: Buffer, isPatched: boolean): void {
    const patches = isPatched ? this.patches() : []
    for (const { at, value } of patches) if (at < group.length && !isChecksumByte(group, at)) group[at] = value
    applyChecksum(group)
    for (const { at, value } of patches) if (isChecksumByte(group, at)) group[at] = value
  }

  private patches(): { at: number; value: number }[] {
    const { patches } = this.columns.column
    const count = patches.varint()
    if (count > LARGEST_GROUP) throw new DeltaError('A header is patched too often.')
    let next = 0
    return Array.from({ length: count }, () => {
      const at = next + patches.varint()
      next = at + 1
      return { at, value: patches.byte() }
    })
  }
}

function sizeOf(size: number): number {
  if (size < 0 || !Number.isSafeInteger(size)) throw new DeltaError('A content has no possible length.')
  return size
}
