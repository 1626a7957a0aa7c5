import type { Blob, BlobStore, ByteRange, FetchOptions } from '../images/ports.js'
import type { Logger } from '../ports.js'
import type { BundleShelf } from './bundle-shelf.js'
import type { OpenBundle } from './open-bundle.js'
import type { HeldBlob } from './read-bundle.js'

interface Borrowed {
  bundle: OpenBundle
  bytes: number
}

/**
 * A blob store that leaves the layers of bundles where they are: once one has been read and was right, it counts as whole
 * for as long as its bundle is there, and the engine is given it from there. So the board's card is written once, by the
 * engine. What else a bundle has is small, and is taken in like any other blob, as is the rest of what is there in part.
 */
export class BorrowedBlobs implements BlobStore {
  private readonly borrowed = new Map<string, Borrowed>()
  // Being read for the first time.
  private readonly underWay = new Map<string, Promise<unknown>>()

  constructor(
    private readonly own: BlobStore,
    private readonly shelf: BundleShelf,
    private readonly log: Logger,
  ) {}

  bytesOf(digest: string): number {
    return this.lender(digest)?.bytes ?? this.own.bytesOf(digest)
  }

  isWhole(digest: string): boolean {
    return this.lender(digest) !== undefined || this.own.isWhole(digest)
  }

  isFree({ digest, sizeBytes }: Blob): boolean {
    return this.shelf.find(digest)?.blob.sizeBytes === sizeBytes
  }

  async fetch(blob: Blob, options: FetchOptions): Promise<void> {
    for (;;) {
      options.signal.throwIfAborted()
      const other = this.underWay.get(blob.digest)
      if (this.lender(blob.digest)) return
      if (other) await other
      else if (!(await this.fetchFromBundle(blob, options))) return this.own.fetch(blob, options)
    }
  }

  read(digest: string, range?: ByteRange): AsyncIterable<Uint8Array> {
    const lender = this.lender(digest)
    if (!lender) return this.own.read(digest, range)
    return lender.bundle.read(digest, range ?? { first: 0, last: Infinity }, NEVER)
  }

  put(digest: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.own.put(digest, content)
  }

  pathOf(digest: string): string {
    return this.own.pathOf(digest)
  }

  remove(digest: string): Promise<void> {
    this.borrowed.delete(digest)
    return this.own.remove(digest)
  }

  keepOnly(digests: Iterable<string>): Promise<void> {
    const kept = new Set(digests)
    for (const digest of this.borrowed.keys()) if (!kept.has(digest)) this.borrowed.delete(digest)
    return this.own.keepOnly(kept)
  }

  /** Of those on the disk. */
  list() {
    return this.own.list()
  }

  private lender(digest: string): Borrowed | undefined {
    const found = this.borrowed.get(digest)
    if (found && !found.bundle.isClosed) return found
    this.borrowed.delete(digest)
    return undefined
  }

  /** False: it has to be fetched otherwise. */
  private async fetchFromBundle(blob: Blob, options: FetchOptions): Promise<boolean> {
    const found = this.shelf.find(blob.digest)
    // What is on the disk of it is not read again: the rest is fetched from the bundle as from any other source.
    if (!found || found.blob.sizeBytes !== blob.sizeBytes || this.own.bytesOf(blob.digest) > 0) return false
    const taking = this.take(found, options)
    this.underWay.set(
      blob.digest,
      taking.catch(() => undefined),
    )
    try {
      await taking
    } catch (error) {
      options.signal.throwIfAborted()
      // A full disk, say: it would go on for ever.
      if (found.bundle.find(blob.digest)) throw error
      this.log.warn('a blob of a bundle is no good', { digest: blob.digest, error })
    } finally {
      this.underWay.delete(blob.digest)
    }
    return true
  }

  private async take({ bundle, blob }: { bundle: OpenBundle; blob: HeldBlob }, options: FetchOptions): Promise<void> {
    const { digest, sizeBytes, kind } = blob
    const content = counted(bundle.readChecked(digest, options.signal), options)
    if (kind !== 'layer') return this.own.put(digest, content)
    for await (const _piece of content) continue
    this.borrowed.set(digest, { bundle, bytes: sizeBytes })
  }
}

async function* counted(pieces: AsyncIterable<Uint8Array>, { onBytes }: FetchOptions): AsyncGenerator<Uint8Array> {
  let doneBytes = 0
  for await (const piece of pieces) {
    doneBytes += piece.length
    onBytes?.(doneBytes, 'bundle', piece.length)
    yield piece
  }
}

const NEVER = new AbortController().signal
