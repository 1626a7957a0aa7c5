import type { Document, Logger } from '../ports.js'
import { isLocalReference } from './local-registry.js'
import type { BlobStore, EngineImage } from './ports.js'
import { NO_IMAGES, type StoredImages } from './stored-images.js'

// Some come before it is known what for: those of a bundle, or documents that are just being read.
const UNKNOWN_STAYS_MS = 24 * 3_600_000
// What neighbours may still fetch: for so long, and at most so much.
const LENT_MS = 3_600_000
const MOST_LENT_BYTES = 512 * 1024 * 1024

/** Which blobs are on the disk for what, so that they go when nobody needs them any more, whatever was cut. */
export class Ledger {
  private stored: StoredImages = NO_IMAGES
  private writing: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly document: Document<StoredImages>,
    private readonly blobs: BlobStore,
    private readonly log: Logger,
    // There are neighbours to whom blobs may be lent.
    private readonly lends: () => boolean = () => false,
  ) {}

  async load(): Promise<void> {
    this.stored = (await this.document.read()) ?? NO_IMAGES
  }

  /** Bytes of the layer's tar, where it is as a tar that the engine knows this layer. */
  tarBytes(diffId: string): number | undefined {
    return this.stored.tars[diffId]
  }

  /** Bytes on the disk of downloads that have not come to their end. */
  bytesUnderWay(): number {
    const digests = new Set(Object.values(this.stored.downloads).flat())
    return [...digests].reduce((sum, digest) => sum + this.blobs.bytesOf(digest), 0)
  }

  /** These blobs are fetched for the image; to be called before they are. */
  begin(image: string, digests: readonly string[]): Promise<void> {
    const wanted = [...new Set([...(this.stored.downloads[image] ?? []), ...digests])]
    if (wanted.length === this.stored.downloads[image]?.length) return Promise.resolve()
    return this.edit((stored) => ({ ...stored, downloads: { ...stored.downloads, [image]: wanted } }))
  }

  /** The engine has the image, and got these layers as tars. Blobs that no other image or neighbour needs go. */
  async finish(image: string, got: { tars: Record<string, number>; inEngine: readonly EngineImage[]; now: number }) {
    const diffIds = new Set(got.inEngine.flatMap((it) => it.diffIds))
    const digests = this.stored.downloads[image] ?? []
    const isLent = this.lends()
    if (!isLent) await this.remove(digests, this.neededWithout(new Set([image])))
    await this.edit(({ downloads: { [image]: _done, ...downloads }, tars: former, lent }) => {
      const kept = Object.entries({ ...former, ...got.tars }).filter(([diffId]) => diffIds.has(diffId))
      const added = isLent ? Object.fromEntries(digests.map((digest) => [digest, got.now])) : {}
      return { downloads, tars: Object.fromEntries(kept), lent: { ...lent, ...added } }
    })
  }

  /** The engine knows that layer otherwise after all. */
  forgetTar(diffId: string): Promise<void> {
    return this.edit(({ tars: { [diffId]: _wrong, ...tars }, ...others }) => ({ ...others, tars }))
  }

  /** Gives up the downloads of all other images, and what is left of older ones. `now`: by the board's clock. */
  async keepOnly(images: ReadonlySet<string>, now: number): Promise<void> {
    const gone = Object.entries(this.stored.downloads).filter(([image]) => !images.has(image))
    const digests = gone.flatMap(([, blobs]) => blobs)
    await this.remove(digests, this.neededWithout(new Set(gone.map(([image]) => image))))
    if (gone.length > 0) {
      await this.edit(({ downloads, ...others }) => {
        const kept = Object.entries(downloads).filter(([image]) => images.has(image))
        return { ...others, downloads: Object.fromEntries(kept) }
      })
    }
    await this.takeBack(now)
    const unknown = this.blobs.list().filter(({ usedAt }) => Math.abs(now - usedAt) > UNKNOWN_STAYS_MS)
    const left = unknown.map(({ digest }) => digest)
    await this.remove(left, this.neededWithout())
  }

  /** The latest are kept, as far as there is room for them. */
  private async takeBack(now: number): Promise<void> {
    let bytes = 0
    const latest = Object.entries(this.stored.lent).sort(([, a], [, b]) => b - a)
    const over = latest.filter(([digest, since]) => {
      bytes += this.blobs.bytesOf(digest)
      return !this.lends() || Math.abs(now - since) > LENT_MS || bytes > MOST_LENT_BYTES
    })
    if (over.length === 0) return
    const gone = new Set(over.map(([digest]) => digest))
    await this.remove([...gone], new Set(Object.values(this.stored.downloads).flat()))
    await this.edit((stored) => {
      const lent = Object.entries(stored.lent).filter(([digest]) => !gone.has(digest))
      return { ...stored, lent: Object.fromEntries(lent) }
    })
  }

  /** Blobs that are there for other images than these, or for neighbours. */
  private neededWithout(images: ReadonlySet<string> = new Set()): Set<string> {
    const { downloads, lent } = this.stored
    const others = Object.entries(downloads).filter(([image]) => !images.has(image))
    return new Set([...others.flatMap(([, digests]) => digests), ...Object.keys(lent)])
  }

  /** Always before it is forgotten what they were for: a cut leaves none that nobody knows of. */
  private async remove(digests: readonly string[], needed: ReadonlySet<string>): Promise<void> {
    for (const digest of new Set(digests)) {
      if (needed.has(digest)) continue
      await this.blobs.remove(digest).catch((error: unknown) => this.log.warn('blob not removed', { digest, error }))
    }
  }

  /** One after the other: downloads end side by side. */
  private edit(change: (stored: StoredImages) => StoredImages): Promise<void> {
    const edited = this.writing.then(async () => {
      const next = change(this.stored)
      if (JSON.stringify(next) === JSON.stringify(this.stored)) return
      this.stored = next
      await this.document.write(next)
    })
    this.writing = edited.catch(() => undefined)
    return edited
  }
}

/** Names that pulls left behind which were cut. */
export function remains(images: readonly EngineImage[], inUse: ReadonlySet<string>): string[] {
  return images.flatMap(({ names }) => names.filter((name) => isLocalReference(name) && !inUse.has(name)))
}
