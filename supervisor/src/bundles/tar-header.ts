/*
 * The headers of a tar (ustar), as far as bundles use them: plain files with short names. Pure, and trusts none of it.
 */
export const TAR_BLOCK_BYTES = 512

export interface TarHeader {
  name: string
  sizeBytes: number
}

const NAME = { at: 0, bytes: 100 }
const SIZE = { at: 124, bytes: 12 }
const CHECKSUM = { at: 148, bytes: 8 }
const TYPE_AT = 156
const MAGIC = { at: 257, bytes: 5 }
const PREFIX = { at: 345, bytes: 155 }
// '0', and what older programs wrote instead.
const PLAIN_FILE = [0x30, 0]

/** 'end': the block that ends a tar. Undefined: no header of a plain file. */
export function readTarHeader(block: Buffer): TarHeader | 'end' | undefined {
  if (block.length !== TAR_BLOCK_BYTES) return undefined
  if (block.every((byte) => byte === 0)) return 'end'
  const isPlain = PLAIN_FILE.includes(block[TYPE_AT] ?? -1) && textAt(block, PREFIX) === ''
  const isTar = textAt(block, MAGIC) === 'ustar' && octalAt(block, CHECKSUM) === checksumOf(block)
  const sizeBytes = sizeAt(block)
  const name = textAt(block, NAME)
  return isTar && isPlain && sizeBytes !== undefined && name !== '' ? { name, sizeBytes } : undefined
}

/** Where what follows a file of so many bytes begins. */
export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES
}

interface Field {
  at: number
  bytes: number
}

function textAt(block: Buffer, { at, bytes }: Field): string {
  const field = block.subarray(at, at + bytes)
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end === -1 ? bytes : end)
}

function octalAt(block: Buffer, field: Field): number | undefined {
  const text = textAt(block, field).trim()
  return /^[0-7]{1,12}$/.test(text) ? Number.parseInt(text, 8) : undefined
}

/** What is longer than its digits can say stands there as one large number, with the highest bit set. */
function sizeAt(block: Buffer): number | undefined {
  if (block[SIZE.at] !== 0x80) return octalAt(block, SIZE)
  const size = block.readBigUInt64BE(SIZE.at + 4)
  const rest = block.readUIntBE(SIZE.at + 1, 3)
  return rest === 0 && size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : undefined
}

function checksumOf(block: Buffer): number {
  let sum = 0
  for (let at = 0; at < TAR_BLOCK_BYTES; at++) {
    const isOwn = at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.bytes
    sum += isOwn ? 0x20 : (block[at] ?? 0)
  }
  return sum
}
