import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { READ_BYTES } from './layer-content.js'
import { BLOCK, normalBlocks, padding, type TarEntry, timeOf } from './tar-entry.js'
import { TarScanner, type TarVisitor } from './tar-scanner.js'

export interface PackedLayer {
  // Of the tar.
  diffId: string
  tarBytes: number
  // Of the gzip.
  digest: string
  sizeBytes: number
}

export interface LayerPacking {
  // The tar, and the gzip that is made of it.
  from: string
  to: string
  // Dates after it become it, in seconds; absent: the tar stays as it is.
  commitTime?: number
  onProgress: (readBytes: number) => void
  signal: AbortSignal
}

/** Compresses a layer; equal content becomes equal bytes (with one version of zlib, whose header holds no time). */
export async function packLayer({ from, to, commitTime, onProgress, signal }: LayerPacking): Promise<PackedLayer> {
  const tar = new DigestMeter(onProgress)
  const blob = new DigestMeter()
  const source = createReadStream(from, { highWaterMark: READ_BYTES })
  const dated = (chunks: AsyncIterable<Buffer>) => (commitTime === undefined ? chunks : dateLayer(chunks, commitTime))
  const gzip = createGzip({ level: 6, chunkSize: 256 * 1024 })
  await pipeline(
    source,
    dated,
    (chunks) => tar.measure(chunks),
    gzip,
    (chunks: AsyncIterable<Buffer>) => blob.measure(chunks),
    createWriteStream(to),
    { signal },
  )
  return { diffId: tar.digest(), tarBytes: tar.bytes, digest: blob.digest(), sizeBytes: blob.bytes }
}

/** A layer's tar in its normal form: no date after the commit's, and nothing that differs between equal builds. */
export async function* dateLayer(chunks: AsyncIterable<Buffer>, commitTime: number): AsyncGenerator<Buffer> {
  const writer = new NormalWriter(commitTime)
  const scanner = new TarScanner(writer)
  for await (const chunk of chunks) {
    scanner.write(chunk)
    const written = writer.take()
    if (written.length > 0) yield written
  }
  scanner.end()
  yield Buffer.alloc(2 * BLOCK)
}

class NormalWriter implements TarVisitor {
  private written: Buffer[] = []

  constructor(private readonly commitTime: number) {}

  entry(entry: TarEntry): void {
    const isLate = timeOf(entry).seconds > this.commitTime
    this.written.push(...normalBlocks(entry, isLate ? this.commitTime : undefined))
  }

  content(chunk: Buffer): void {
    this.written.push(chunk)
  }

  close(entry: TarEntry): void {
    this.written.push(padding(entry.contentBytes))
  }

  take(): Buffer {
    const written = Buffer.concat(this.written)
    this.written = []
    return written
  }
}

/** Counts and hashes what flows by. */
export class DigestMeter {
  bytes = 0
  private readonly hash = createHash('sha256')

  constructor(private readonly onBytes: (bytes: number) => void = () => undefined) {}

  async *measure(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.bytes += chunk.length
      this.hash.update(chunk)
      this.onBytes(this.bytes)
      yield chunk
    }
  }

  digest(): string {
    return `sha256:${this.hash.digest('hex')}`
  }
}
