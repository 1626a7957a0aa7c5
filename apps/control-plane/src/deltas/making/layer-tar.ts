import { spawn } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Duplex, PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import zlib from 'node:zlib'
import type { ImageLayer } from '@flotilla/contracts'
import { childEnvironment } from '../../config/child-environment.js'
import { DeltaFailure } from './delta-failure.js'
import type { ScratchRoom } from './delta-scratch.js'

/** Unpacks a layer's blob into a file, and checks both digests on the way. Gives the bytes of its tar. */
export async function unpackLayer(
  blob: Readable,
  layer: ImageLayer,
  to: { file: string; room: ScratchRoom },
  signal: AbortSignal,
): Promise<number> {
  const [packed, tar] = [createHash('sha256'), createHash('sha256')]
  let bytes = 0
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    to.room.take(chunk.length)
  }
  try {
    const [first, rest] = await beginning(blob)
    const source = hashed(prefixed(first, rest), packed)
    await pipeline(source, unpacker(first), (chunks) => hashed(chunks, tar, count), createWriteStream(to.file), {
      signal,
    })
  } catch (error) {
    if (!isFormatError(error)) throw error
    throw new DeltaFailure(`The layer ${layer.digest} cannot be unpacked: ${error.message}.`, { cause: error })
  } finally {
    // One that was not read to its end holds a connection to the registry, and nobody else lets go of it.
    blob.destroy()
  }
  requireDigest(packed, layer.digest, 'blob')
  requireDigest(tar, layer.diffId, 'tar')
  return bytes
}

/** Enough of a stream to see how it is packed, and all that comes after. */
async function beginning(blob: Readable): Promise<[Buffer, AsyncIterator<Buffer>]> {
  const rest = blob[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let first = Buffer.alloc(0)
  while (first.length < 4) {
    const next = await rest.next()
    if (next.done) break
    first = Buffer.concat([first, next.value])
  }
  return [first, rest]
}

async function* prefixed(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

async function* hashed(
  chunks: AsyncIterable<Buffer>,
  hash: Hash,
  count: (chunk: Buffer) => void = () => undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    count(chunk)
    yield chunk
  }
}

/** By the first bytes: media types have been wrong. */
function unpacker(first: Buffer): Duplex {
  if (first[0] === 0x1f && first[1] === 0x8b) return zlib.createGunzip()
  if (first.length >= 4 && first.readUInt32LE(0) === 0xfd2fb528) return zstdUnpacker()
  return new PassThrough()
}

/** Node has zstd from 22.15 on; before, Debian's program. */
function zstdUnpacker(): Duplex {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Duplex }
  if (createZstdDecompress) return createZstdDecompress()
  const child = spawn('zstd', ['-dcq'], { env: childEnvironment(), stdio: ['pipe', 'pipe', 'ignore'] })
  const unpacked = Duplex.from({ readable: child.stdout, writable: child.stdin })
  child.on('error', () => unpacked.destroy(new DeltaFailure('A layer is packed with zstd: install that program.')))
  child.on('exit', (code) => {
    if (code !== 0) unpacked.destroy(Object.assign(new Error('zstd refuses it'), { code: 'Z_DATA_ERROR' }))
  })
  return unpacked
}

function isFormatError(error: unknown): error is Error {
  return String((error as NodeJS.ErrnoException).code).startsWith('Z_')
}

function requireDigest(hash: Hash, digest: string, what: string): void {
  if (`sha256:${hash.digest('hex')}` === digest) return
  throw new DeltaFailure(`The ${what} of a layer is not what its digest says: ${digest}.`)
}
