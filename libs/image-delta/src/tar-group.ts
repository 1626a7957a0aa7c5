import { BLOCK, CHECKSUM, entryType, headerChecksum, headerPath, octalField, sizeField } from './tar-header.js'

/** What the header blocks of one entry say. */
export interface TarEntry {
  /** Without `./` or a slash in front or behind. */
  path: string
  kind: 'file' | 'directory' | 'other'
  /** Of the content that follows. */
  sizeBytes: number
}

/** A group is a header with the extended headers before it; the walker leaves larger ones alone. */
export const LARGEST_GROUP = 64 * 1024

const EXTENDED = new Set(['x', 'g', 'L', 'K'])
const FILES = new Set(['0', '\0', '7'])
const WITHOUT_CONTENT = new Set(['1', '2', '3', '4', '5', '6'])

export function isHeader(block: Uint8Array): boolean {
  return sizeField(block) !== undefined && octalField(block, CHECKSUM) === headerChecksum(block)
}

/** Of an extended header: the length of its text with padding. Undefined: it is the header of the entry itself. */
export function extensionBytes(header: Uint8Array): number | undefined {
  if (!EXTENDED.has(entryType(header))) return undefined
  return Math.ceil((sizeField(header) ?? 0) / BLOCK) * BLOCK
}

/** Undefined where it is an entry of a kind that is not known here. */
export function readGroup(group: Buffer): TarEntry | undefined {
  const header = group.subarray(group.length - BLOCK)
  const said = readExtensions(group)
  const type = entryType(header)
  const isFile = FILES.has(type)
  const size = isFile ? (said.size ?? sizeField(header)) : 0
  if ((!isFile && !WITHOUT_CONTENT.has(type)) || size === undefined || !Number.isSafeInteger(size)) return undefined
  const path = said.path ?? headerPath(header)
  const kind = type === '5' ? 'directory' : isFile && !path.endsWith('/') ? 'file' : 'other'
  return { path: plainPath(path), kind, sizeBytes: size }
}

interface Extensions {
  path?: string
  size?: number
}

function readExtensions(group: Buffer): Extensions {
  const said: Extensions = {}
  for (let at = 0; at < group.length - BLOCK;) {
    const header = group.subarray(at, at + BLOCK)
    const text = group.subarray(at + BLOCK, at + BLOCK + (sizeField(header) ?? 0))
    if (entryType(header) === 'x') Object.assign(said, readPax(text))
    if (entryType(header) === 'L') said.path = firstText(text)
    at += BLOCK + (extensionBytes(header) ?? 0)
  }
  return said
}

/** `<length> <key>=<value>\n`, again and again, up to what is not so. */
function readPax(bytes: Buffer): Extensions {
  const said: Extensions = {}
  let at = 0
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(bytes.toString('latin1', at, space))
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) break
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(bytes.toString('utf8', space + 1, at + length - 1)) ?? []
    if (key === 'path') said.path = value
    if (key === 'size') said.size = /^\d+$/.test(value ?? '') ? Number(value) : Number.NaN
    at += length
  }
  return said
}

function firstText(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

function plainPath(path: string): string {
  return path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '')
}
