import type { Bundle } from '@flotilla/contracts'
import { createHash } from 'node:crypto'
import type { ByteRange } from '../images/ports.js'
import type { BundleFile } from './ports.js'
import type { HeldBlob } from './read-bundle.js'

/** What a bundle has under a blob's name is something else. */
export class WrongBlob extends Error {
  override name = 'WrongBlob'
}

/** The bundle was withdrawn: nothing is read from it any more. */
export class BundleGone extends Error {
  override name = 'BundleGone'
}

/** An accepted bundle, whose blobs are read where they lie. */
export class OpenBundle {
  isClosed = false
  private readonly blobs: Map<string, HeldBlob>
  private readonly spoiled = new Set<string>()

  constructor(
    private readonly file: BundleFile,
    readonly description: Bundle,
    blobs: readonly HeldBlob[],
    // Told of each of its blobs that is not what it should be, or cannot be read.
    private readonly onSpoiled: (error: unknown) => void,
  ) {
    this.blobs = new Map(blobs.map((blob) => [blob.digest, blob]))
  }

  /** Something in it turned out to be no good. */
  get isDamaged(): boolean {
    return this.spoiled.size > 0
  }

  /** Undefined also for one that turned out to be no good. */
  find(digest: string): HeldBlob | undefined {
    return this.isClosed || this.spoiled.has(digest) ? undefined : this.blobs.get(digest)
  }

  /** Exactly the range; throws where that cannot be had, and BundleGone once it is closed. */
  async *read(digest: string, { first, last }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const blob = this.find(digest)
    if (!blob) throw new BundleGone(`Blob ${digest} is in no bundle any more`)
    if (last < first) return
    const range = { first: blob.position + first, last: blob.position + Math.min(last, blob.sizeBytes - 1) }
    try {
      for await (const piece of this.file.read(range, signal)) {
        if (this.isClosed) break
        yield piece
      }
    } catch (error) {
      if (!this.isClosed) throw error
    }
    if (this.isClosed) throw new BundleGone('The bundle has gone while it was read')
  }

  /** The whole blob, whose last piece comes only once it is known to be right. One that is not is not found again. */
  async *readChecked(digest: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    let held: Uint8Array | undefined
    try {
      for await (const piece of this.read(digest, { first: 0, last: Infinity }, signal)) {
        hash.update(piece)
        if (held) yield held
        held = piece
      }
      const found = `sha256:${hash.digest('hex')}`
      if (found !== digest) throw new WrongBlob(`Blob ${digest} in it is something else.`)
    } catch (error) {
      if (!this.isClosed && !signal.aborted) this.noteSpoiled(digest, error)
      throw error
    }
    if (held) yield held
  }

  /** What is being read from it breaks off. */
  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    await this.file.close()
  }

  private noteSpoiled(digest: string, error: unknown): void {
    this.spoiled.add(digest)
    this.onSpoiled(error)
  }
}
