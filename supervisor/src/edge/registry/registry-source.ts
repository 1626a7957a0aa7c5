/*
 * The fleet's registry as a source of blobs, in ranges. It believes nothing that does not fit what was asked for, and
 * leaves it to others whether the bytes are the right ones.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { SourceError } from '../../images/blobs/source-error.js'
import { unlessSilent } from '../../images/blobs/unless-silent.js'
import type { Blob, BlobSource, ByteRange } from '../../images/ports.js'
import type { Clock } from '../../ports.js'
import type { RegistryHttp, RegistryRequest } from './registry-http.js'

// As registries limit them themselves.
const LONGEST_MANIFEST_BYTES = 4 * 1024 * 1024
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

export class RegistrySource implements BlobSource {
  readonly kind = 'registry'

  constructor(
    private readonly http: RegistryHttp,
    private readonly clock: Clock,
  ) {}

  offer(): Promise<'ready'> {
    return Promise.resolve('ready')
  }

  async *read(blob: Blob, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const answer = await this.http.get({
      repository: blob.repository,
      path: `blobs/${blob.digest}`,
      headers: { range: `bytes=${range.first}-${range.last}`, 'accept-encoding': 'identity' },
      signal,
    })
    try {
      yield* answer.statusCode === 206 ? rangeOf(answer, blob, range) : endOf(answer, blob, range)
    } finally {
      // Of one that was read to its end, the connection is kept.
      answer.destroy()
    }
  }

  /** A manifest, which registries do not give as a blob; it is what its digest says. */
  async readManifest(
    { repository, digest }: { repository: string; digest: string },
    signal: AbortSignal,
  ): Promise<{ mediaType: string; bytes: Buffer }> {
    const headers = { accept: MANIFEST_TYPES.join(', '), 'accept-encoding': 'identity' }
    const type = { of: '' }
    // Whoever reads a blob watches it; of a manifest that does not come, nobody else would ever hear.
    const pieces = unlessSilent(
      (end) => this.manifestPieces({ repository, path: `manifests/${digest}`, headers, signal: end }, type),
      { clock: this.clock, signal },
    )
    const bytes = await readShort(pieces)
    const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    if (found !== digest) throw new SourceError(`The manifest that came is ${found}`)
    return { mediaType: type.of, bytes }
  }

  private async *manifestPieces(request: RegistryRequest, type: { of: string }): AsyncGenerator<Uint8Array> {
    const answer = await this.http.get(request)
    try {
      type.of = answer.headers['content-type'] ?? ''
      yield* answer as AsyncIterable<Buffer>
    } finally {
      answer.destroy()
    }
  }
}

async function* rangeOf(answer: IncomingMessage, blob: Blob, { first, last }: ByteRange): AsyncGenerator<Uint8Array> {
  const contentRange = answer.headers['content-range'] ?? ''
  const asked = `bytes ${first}-${last}/`
  if (contentRange !== `${asked}${blob.sizeBytes}` && contentRange !== `${asked}*`) {
    throw new SourceError(`The registry gives ${contentRange.slice(0, 100)} of ${asked}${blob.sizeBytes}`)
  }
  requireLength(answer, last - first + 1)
  yield* bytesOf(answer)
}

/** Of a registry, or something before it, that gives blobs only whole. */
async function* endOf(answer: IncomingMessage, blob: Blob, { first, last }: ByteRange): AsyncGenerator<Uint8Array> {
  if (last !== blob.sizeBytes - 1) throw new SourceError('The registry gives no ranges', { isSequential: true })
  requireLength(answer, blob.sizeBytes)
  let toSkip = first
  for await (const bytes of bytesOf(answer)) {
    yield bytes.subarray(Math.min(toSkip, bytes.length))
    toSkip = Math.max(0, toSkip - bytes.length)
  }
}

async function* bytesOf(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of answer as AsyncIterable<Buffer>) yield bytes
  } catch (error) {
    // What had come when the link broke, up to 64 KB of each connection, is still there, and iterating leaves it out.
    for (let rest = answer.read() as Buffer | null; rest !== null; rest = answer.read() as Buffer | null) yield rest
    throw error
  }
}

function requireLength({ headers }: IncomingMessage, bytes: number): void {
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== bytes) {
    throw new SourceError(`The registry gives ${length.slice(0, 20)} bytes where there are ${bytes}`)
  }
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new SourceError(`The registry gives the blob as ${encoding.slice(0, 20)}`)
}

async function readShort(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  let bytes = 0
  for await (const piece of pieces) {
    all.push(piece)
    bytes += piece.length
    if (bytes > LONGEST_MANIFEST_BYTES) throw new SourceError('The manifest is far too long', { isFinal: true })
  }
  return Buffer.concat(all)
}
