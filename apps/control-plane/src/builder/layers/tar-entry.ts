/*
 * One entry of a tar, down to its bytes: whatever is not understood here (attributes, sparse maps, names in any
 * encoding) goes through unchanged. Numbers and types are read as Go's archive/tar reads them, because engines do.
 */

export const BLOCK = 512

/** Values are kept as bytes: capabilities and other attributes are no text. Keys are latin1, for the same reason. */
export type PaxRecords = ReadonlyMap<string, Buffer>

export interface TarEntry {
  header: Buffer
  pax: PaxRecords
  // GNU's long names, whole, as they stood before the header.
  before: readonly Buffer[]
  // GNU's map of a sparse file, as it stood behind the header.
  after: readonly Buffer[]
  // Of the content that follows, without its padding.
  contentBytes: number
}

/** When the entry's file was last changed: as written, and in seconds since 1970. */
export interface EntryTime {
  text: string
  seconds: number
}

const MTIME = { at: 136, length: 12 }
const CHECKSUM = { at: 148, length: 8 }
const OWNER_NAMES = { at: 265, length: 64 }
const GNU_TIMES = { at: 345, length: 24 }
// The largest number that eleven octal digits hold; in the year 2242.
export const MAX_TIME = 0o77777777777

// They differ between equal builds, and no engine reads them.
const NOISE = /^(mtime|atime|ctime|uname|gname|comment|SCHILY\.(dev|ino|nlink)|LIBARCHIVE\.creationtime)$/

export function timeOf({ header, pax }: TarEntry): EntryTime {
  const precise = pax.get('mtime')?.toString('latin1')
  if (precise !== undefined) return { text: precise, seconds: Number(precise) }
  const seconds = readNumber(header.subarray(MTIME.at, MTIME.at + MTIME.length))
  return { text: String(seconds), seconds }
}

/** The entry's blocks up to its content without what differs between equal builds; `time` replaces its own. */
export function normalBlocks(entry: TarEntry, time: number | undefined): Buffer[] {
  const kept = [...entry.pax].filter(([key]) => !NOISE.test(key) || (key === 'mtime' && time === undefined))
  const header = Buffer.from(entry.header)
  if (isMagic(header, 'ustar')) clear(header, OWNER_NAMES)
  if (isMagic(header, 'ustar  \0')) clear(header, GNU_TIMES)
  if (time !== undefined) writeOctal(header, MTIME, time)
  writeChecksum(header)
  return [...entry.before, ...paxBlocks(kept), header, ...entry.after]
}

/** A number field: octal text, or big-endian binary with the highest bit set. */
export function readNumber(field: Buffer): number {
  const [first = 0] = field
  if (first < 0x80) return Number.parseInt(field.toString('latin1').replaceAll('\0', ' ').trim() || '0', 8)
  const bits = BigInt(`0x${field.toString('hex')}`) & ((1n << BigInt(field.length * 8 - 1)) - 1n)
  // Two's complement: the bit below the marker is the sign.
  const isNegative = (first & 0x40) !== 0
  return Number(isNegative ? bits - (1n << BigInt(field.length * 8 - 1)) : bits)
}

export function hasGoodChecksum(header: Buffer): boolean {
  return readNumber(header.subarray(CHECKSUM.at, CHECKSUM.at + CHECKSUM.length)) === checksum(header)
}

/** `<length> <key>=<value>\n`, where the length counts itself. The last of equal keys wins. */
export function parsePax(text: Buffer): PaxRecords {
  const records = new Map<string, Buffer>()
  for (let at = 0; at < text.length && text[at] !== 0;) {
    const space = text.indexOf(0x20, at)
    const length = Number(text.toString('latin1', at, space))
    const end = at + length
    const equals = text.indexOf(0x3d, space)
    const isRecord = space > at && Number.isInteger(length) && equals > space && equals < end && text[end - 1] === 0x0a
    if (!isRecord) throw new Error('A layer has an extended header that cannot be read')
    records.set(text.toString('latin1', space + 1, equals), Buffer.from(text.subarray(equals + 1, end - 1)))
    at = end
  }
  return records
}

function paxBlocks(records: [string, Buffer][]): Buffer[] {
  if (records.length === 0) return []
  const text = Buffer.concat(records.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => paxRecord(key, value)))
  const header = Buffer.alloc(BLOCK)
  // Never a file: this name is only seen by programs that do not know extended headers.
  header.write('PaxHeaders.0/entry', 0, 'latin1')
  header.write('0000644\x000000000\x000000000\0', 100, 'latin1')
  writeOctal(header, { at: 124, length: 12 }, text.length)
  writeOctal(header, MTIME, 0)
  header.write('x', 156, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  writeChecksum(header)
  return [header, text, padding(text.length)]
}

function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`, 'latin1'), value, Buffer.from('\n')])
  let length = rest.length
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

/** The zeros that fill the last block of so many bytes. */
export function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK)
}

interface Field {
  at: number
  length: number
}

function isMagic(header: Buffer, magic: string): boolean {
  return header.toString('latin1', 257, 257 + magic.length) === magic
}

function clear(header: Buffer, { at, length }: Field): void {
  header.fill(0, at, at + length)
}

function writeOctal(header: Buffer, { at, length }: Field, value: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
}

function writeChecksum(header: Buffer): void {
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, CHECKSUM.at, 'latin1')
}

// Its own field counts as spaces.
function checksum(header: Buffer): number {
  let sum = CHECKSUM.length * 0x20
  for (let at = 0; at < BLOCK; at++) {
    if (at < CHECKSUM.at || at >= CHECKSUM.at + CHECKSUM.length) sum += header[at] ?? 0
  }
  return sum
}
