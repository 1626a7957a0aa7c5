import { ByteReader, ByteWriter } from './bytes.js'
import { DeltaError } from './delta-error.js'

/*
 * A delta: magic, the length of the header as a varint, the header, and then for each rebuilt layer its streams, each a
 * row of sections of brotli. See docs/adr/0012-image-deltas.md.
 */
const MAGIC = Buffer.from('FLDELTA\x01', 'latin1')
const LARGEST_HEADER = 1024 * 1024
const MOST_LAYERS = 256
const MOST_SECTIONS = 4096
const DIFF_ID_BYTES = 32
/** What must be read of a delta to know how long its header is. */
export const HEADER_START = MAGIC.length + 4

export const STREAMS = ['entries', 'operations', 'differences', 'extra'] as const
export type StreamName = (typeof STREAMS)[number]

export interface DeltaLayer {
  diffId: string
  tarBytes: number
  /** Lengths of the compressed sections. */
  sections: Record<StreamName, number[]>
}

export interface DeltaHeader {
  /** With the length of each layer's skeleton: what a delta says of old headers counts bytes over all of them. */
  from: { diffId: string; skeletonBytes: number }[]
  to: string[]
  /** The last layers of `to`. */
  layers: DeltaLayer[]
}

export function encodeHeader(header: DeltaHeader): Buffer {
  const body = new ByteWriter()
  body.varint(header.from.length)
  for (const { diffId, skeletonBytes } of header.from) {
    body.bytes(diffIdBytes(diffId))
    body.varint(skeletonBytes)
  }
  const shared = header.to.findIndex((diffId, at) => header.from[at]?.diffId !== diffId)
  const sharedCount = shared < 0 ? header.to.length : shared
  body.varint(header.to.length)
  body.varint(sharedCount)
  for (const diffId of header.to.slice(sharedCount)) body.bytes(diffIdBytes(diffId))
  body.varint(header.layers.length)
  for (const layer of header.layers) {
    body.varint(layer.tarBytes)
    for (const stream of STREAMS) encodeLengths(body, layer.sections[stream])
  }
  const start = new ByteWriter()
  start.bytes(MAGIC)
  start.varint(body.length)
  return Buffer.concat([start.view(), body.view()])
}

/** How many bytes magic, length and header have together; from the first HEADER_START bytes. */
export function headerLength(start: Buffer): number {
  if (!start.subarray(0, MAGIC.length).equals(MAGIC)) throw new DeltaError('This is no delta of this version.')
  const length = new ByteReader(start.subarray(MAGIC.length)).varint()
  if (length > LARGEST_HEADER) throw new DeltaError('The header of a delta is too large.')
  const writer = new ByteWriter()
  writer.varint(length)
  return MAGIC.length + writer.length + length
}

/** All of the header's bytes, and how many come after them. */
export function decodeHeader(bytes: Buffer, bytesAfter: number): DeltaHeader {
  const reader = new ByteReader(bytes.subarray(MAGIC.length))
  reader.varint()
  const from = Array.from({ length: count(reader, MOST_LAYERS) }, () => ({
    diffId: readDiffId(reader),
    skeletonBytes: reader.varint(),
  }))
  const toCount = count(reader, MOST_LAYERS)
  const shared = count(reader, Math.min(toCount, from.length))
  const to = from.slice(0, shared).map(({ diffId }) => diffId)
  while (to.length < toCount) to.push(readDiffId(reader))
  const layerCount = count(reader, toCount)
  const layers = to.slice(toCount - layerCount).map((diffId) => readLayer(reader, diffId))
  const bytesOfSections = layers.flatMap(({ sections }) => Object.values(sections).flat())
  if (bytesOfSections.reduce((sum, length) => sum + length, 0) !== bytesAfter) {
    throw new DeltaError('A delta is longer or shorter than it says.')
  }
  return { from, to, layers }
}

function readLayer(reader: ByteReader, diffId: string): DeltaLayer {
  const tarBytes = reader.varint()
  const sections = { entries: [], operations: [], differences: [], extra: [] } as DeltaLayer['sections']
  for (const stream of STREAMS) {
    const lengths = count(reader, MOST_SECTIONS)
    for (let at = 0; at < lengths; at += 1) sections[stream].push(reader.varint())
  }
  return { diffId, tarBytes, sections }
}

function encodeLengths(body: ByteWriter, lengths: number[]): void {
  if (lengths.length > MOST_SECTIONS) throw new Error('A layer is too large for a delta.')
  body.varint(lengths.length)
  for (const length of lengths) body.varint(length)
}

function count(reader: ByteReader, most: number): number {
  const value = reader.varint()
  if (value > most) throw new DeltaError('A delta counts more than there can be.')
  return value
}

function diffIdBytes(diffId: string): Buffer {
  if (!/^sha256:[0-9a-f]{64}$/.test(diffId)) throw new Error(`${diffId} is no sha256 diff id.`)
  return Buffer.from(diffId.slice('sha256:'.length), 'hex')
}

function readDiffId(reader: ByteReader): string {
  return `sha256:${Buffer.from(reader.bytes(DIFF_ID_BYTES)).toString('hex')}`
}
