/** Where things are in the 512 bytes of a tar header. Octal fields: digits and then a NUL or a space. */
export const BLOCK = 512
export const NAME = { start: 0, end: 100 }
export const SIZE = { start: 124, end: 136 }
export const MTIME = { start: 136, end: 148 }
export const CHECKSUM = { start: 148, end: 156 }
const TYPE = 156
const PREFIX = { start: 345, end: 500 }

export interface Field {
  start: number
  end: number
}

export function entryType(header: Uint8Array): string {
  return String.fromCharCode(header[TYPE] ?? 0)
}

/** The number in an octal field, or undefined where it is written in another way. */
export function octalField(header: Uint8Array, field: Field): number | undefined {
  let value = 0
  let digits = 0
  for (let at = field.start; at < field.end; at += 1) {
    const byte = header[at] ?? 0
    if (byte >= 0x30 && byte <= 0x37) {
      value = value * 8 + byte - 0x30
      digits += 1
    } else if (byte === 0 || byte === 0x20) {
      if (digits > 0) return value
    } else return undefined
  }
  return digits > 0 ? value : undefined
}

/** The size as octal digits, or as GNU's base 256 for what is larger than 8 GiB. */
export function sizeField(header: Uint8Array): number | undefined {
  if (header[SIZE.start] !== 0x80) return octalField(header, SIZE)
  let value = 0
  for (let at = SIZE.start + 1; at < SIZE.end; at += 1) value = value * 256 + (header[at] ?? 0)
  return Number.isSafeInteger(value) ? value : undefined
}

/** Writes eleven digits and leaves the byte after them as it is. */
export function setOctalField(header: Uint8Array, field: Field, value: number): void {
  let rest = value
  for (let at = field.end - 2; at >= field.start; at -= 1) {
    header[at] = 0x30 + (rest % 8)
    rest = Math.floor(rest / 8)
  }
}

/** The sum over the header with its checksum taken for spaces. */
export function headerChecksum(header: Uint8Array): number {
  let sum = 0x20 * (CHECKSUM.end - CHECKSUM.start)
  for (let at = 0; at < BLOCK; at += 1) {
    if (at < CHECKSUM.start || at >= CHECKSUM.end) sum += header[at] ?? 0
  }
  return sum
}

/** Six digits, a NUL and a space, as all writers do it. */
export function setChecksum(header: Uint8Array): void {
  let rest = headerChecksum(header)
  for (let at = CHECKSUM.start + 5; at >= CHECKSUM.start; at -= 1) {
    header[at] = 0x30 + (rest % 8)
    rest = Math.floor(rest / 8)
  }
  header[CHECKSUM.start + 6] = 0
  header[CHECKSUM.start + 7] = 0x20
}

export function headerPath(header: Buffer): string {
  const name = text(header, NAME)
  // Old GNU headers keep times where ustar has the prefix.
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? text(header, PREFIX) : ''
  return prefix ? `${prefix}/${name}` : name
}

function text(header: Buffer, field: Field): string {
  const end = header.indexOf(0, field.start)
  return header.toString('utf8', field.start, end < 0 || end > field.end ? field.end : end)
}
