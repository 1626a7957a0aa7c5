/*
 * Somebody who has blobs, counts what he gives of each, and breaks off where a test says so.
 */
import { createHash, randomBytes } from 'node:crypto'
import { SourceError } from '../images/blobs/source-error.js'
import type { Blob, BlobSource, ByteRange, SourceKind } from '../images/ports.js'

const PIECE_BYTES = 16 * 1024

export class BlobOrigin implements BlobSource {
  bytesGiven = 0
  readonly asked: ByteRange[] = []
  readonly given: (ByteRange & { digest: string })[] = []
  // How long each piece takes.
  pace: () => Promise<void> = () => new Promise((resolve) => setImmediate(resolve))
  offers: Awaited<ReturnType<BlobSource['offer']>>[] = []
  // After so many bytes of the next readings, one each.
  breakAfter: number[] = []
  private readonly contents: Map<string, Buffer>

  constructor(
    contents: Buffer[],
    readonly kind: SourceKind = 'registry',
  ) {
    this.contents = new Map(contents.map((content) => [digestOf(content), content]))
  }

  /** From now on it gives something else under the blob's name. */
  replace(blob: Blob, content: Buffer): void {
    this.contents.set(blob.digest, content)
  }

  offer(blob: Blob): ReturnType<BlobSource['offer']> {
    return Promise.resolve(this.offers.shift() ?? (this.contents.has(blob.digest) ? 'ready' : 'none'))
  }

  async *read(blob: Blob, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.asked.push(range)
    const content = this.contents.get(blob.digest)
    if (!content) throw new SourceError('It has no such blob', { isFinal: true })
    let left = this.breakAfter.shift() ?? Infinity
    for (let position = range.first; position <= range.last;) {
      await this.pace()
      signal.throwIfAborted()
      const piece = content.subarray(position, Math.min(position + Math.min(PIECE_BYTES, left), range.last + 1))
      if (piece.length === 0) throw new SourceError('The link is gone')
      this.bytesGiven += piece.length
      this.given.push({ digest: blob.digest, first: position, last: position + piece.length - 1 })
      position += piece.length
      left -= piece.length
      yield piece
    }
  }
}

export function makeBlob(sizeBytes: number): { blob: Blob; content: Buffer } {
  const content = randomBytes(sizeBytes)
  return { blob: { digest: digestOf(content), sizeBytes, repository: 'registry.test/app' }, content }
}

export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
