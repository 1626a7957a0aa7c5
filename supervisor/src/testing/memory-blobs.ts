/*
 * A blob store in memory, which fetches from a map in pieces that take their time. It counts what it was given, and what
 * it has of a blob outlives the supervisor, as on a disk.
 */
import { createHash } from 'node:crypto'
import type { Blob, BlobSource, BlobStore, ByteRange, FetchOptions } from '../images/ports.js'
import type { Clock } from '../ports.js'
import type { Moment } from './memory-store.js'

interface Kept {
  bytes: Buffer
  isWhole: boolean
  usedAt: number
}

const PIECES = 2
const RETRY_MS = 30_000

export class MemoryBlobs implements BlobStore {
  /** Bytes that came of each blob and were kept, by digest. */
  readonly given = new Map<string, number>()
  /** Told of the moment before each write and of the one after it. It may throw. */
  moment: Moment = () => undefined
  /** Thrown by the next fetches, of this blob. */
  failure: (digest: string) => Error | undefined = () => undefined
  /** Nothing comes as long as it is not. */
  isReachable: () => boolean = () => true
  /** Asked first for each piece. */
  nearby?: BlobSource
  private readonly kept = new Map<string, Kept>()
  private readonly underWay = new Map<string, Promise<void>>()

  constructor(
    private readonly origin: ReadonlyMap<string, Buffer>,
    private readonly clock: Clock,
    // How long a whole blob takes.
    private readonly blobMs = 0,
  ) {}

  /** Of the whole blob. */
  sizeOf(digest: string): number {
    return this.origin.get(digest)?.length ?? 0
  }

  bytesOf(digest: string): number {
    return this.kept.get(digest)?.bytes.length ?? 0
  }

  isWhole(digest: string): boolean {
    return this.kept.get(digest)?.isWhole ?? false
  }

  async fetch(blob: Blob, options: FetchOptions): Promise<void> {
    while (!this.isWhole(blob.digest)) {
      options.signal.throwIfAborted()
      const other = this.underWay.get(blob.digest)
      if (other) await other.catch(() => undefined)
      else await this.fetchAlone(blob, options)
    }
  }

  async *read(digest: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
    await Promise.resolve()
    const { bytes } = this.whole(digest)
    yield bytes.subarray(range?.first ?? 0, (range?.last ?? bytes.length) + 1)
  }

  async put(digest: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const pieces: Uint8Array[] = []
    for await (const piece of content) pieces.push(piece)
    this.keep(digest, Buffer.concat(pieces), true)
  }

  pathOf(digest: string): string {
    return `/blobs/${digest}`
  }

  async remove(digest: string): Promise<void> {
    await Promise.resolve()
    if (!this.kept.has(digest)) return
    this.moment('before remove-blob')
    this.kept.delete(digest)
    this.moment('after remove-blob')
  }

  async keepOnly(digests: Iterable<string>): Promise<void> {
    const wanted = new Set(digests)
    for (const digest of this.kept.keys()) if (!wanted.has(digest)) await this.remove(digest)
  }

  list() {
    return [...this.kept].map(([digest, { bytes, isWhole, usedAt }]) => ({
      ...{ digest, isWhole, usedAt },
      bytes: bytes.length,
    }))
  }

  private fetchAlone(blob: Blob, options: FetchOptions): Promise<void> {
    const fetching = this.fetchPieces(blob, options).finally(() => this.underWay.delete(blob.digest))
    this.underWay.set(blob.digest, fetching)
    return fetching
  }

  private async fetchPieces(blob: Blob, { signal, onBytes }: FetchOptions): Promise<void> {
    const { digest, sizeBytes } = blob
    const pieceBytes = Math.ceil(sizeBytes / PIECES)
    while (!this.isWhole(digest)) {
      if ((await this.nearby?.offer(blob, signal)) === 'ready') {
        await this.fetchNearby(blob, signal)
        continue
      }
      await this.clock.sleep(this.blobMs / PIECES, signal)
      signal.throwIfAborted()
      if (!this.isReachable()) {
        await this.clock.sleep(RETRY_MS, signal)
        continue
      }
      const failure = this.failure(digest)
      if (failure) throw failure
      const content = this.origin.get(digest)
      if (!content) throw new Error(`The registry has no blob ${digest}`)
      const had = this.kept.get(digest)?.bytes ?? Buffer.alloc(0)
      const piece = content.subarray(had.length, had.length + pieceBytes)
      const bytes = Buffer.concat([had, piece])
      this.keep(digest, bytes, bytes.length === content.length)
      this.given.set(digest, (this.given.get(digest) ?? 0) + piece.length)
      onBytes?.(bytes.length, 'registry', piece.length)
    }
  }

  /** The rest of it. */
  private async fetchNearby(blob: Blob, signal: AbortSignal): Promise<void> {
    const pieces: Uint8Array[] = [this.kept.get(blob.digest)?.bytes ?? Buffer.alloc(0)]
    const range = { first: this.bytesOf(blob.digest), last: blob.sizeBytes - 1 }
    for await (const piece of this.nearby?.read(blob, range, signal) ?? []) pieces.push(piece)
    this.keep(blob.digest, Buffer.concat(pieces), true)
  }

  private keep(digest: string, bytes: Buffer, isWhole: boolean): void {
    if (isWhole && `sha256:${createHash('sha256').update(bytes).digest('hex')}` !== digest) {
      throw new Error(`What came of ${digest} is something else`)
    }
    this.moment('before blob')
    this.kept.set(digest, { bytes, isWhole, usedAt: this.clock.now() })
    this.moment('after blob')
  }

  private whole(digest: string): Kept {
    const kept = this.kept.get(digest)
    if (!kept?.isWhole) throw new Error(`There is no whole ${digest} here`)
    return kept
  }
}
