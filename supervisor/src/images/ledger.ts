import type { Document, Logger } from '../ports.js'
import { isLocalReference } from './local-registry.js'
import type { BlobStore, EngineImage } from './ports.js'
import { NO_IMAGES, type StoredImages } from './stored-images.js'

// Some come before it is known what for: those of a bundle, or documents that are just being read.
const UNKNOWN_STAYS_MS = 24 * 3_600_000

/** Which blobs are on the disk for what, so that they go when nobody needs them any more, whatever was cut. */
export class Ledger {
  private stored: StoredImages = NO_IMAGES
  private writing: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly document: Document<StoredImages>,
    private readonly blobs: BlobStore,
    private readonly log: Logger,
  ) {}

  async load(): Promise<void> {
    this.stored = (await this.document.read()) ?? NO_IMAGES
  }

  /** Bytes of the layer's tar, where it is as a tar that the engine knows this layer. */
  tarBytes(diffId: string): number | undefined {
    return this.stored.tars[diffId]
  }

  /** These blobs are fetched for the image; to be called before they are. */
  begin(image: string, digests: readonly string[]): Promise<void> {
    const wanted = [...new Set([...(this.stored.downloads[image] ?? []), ...digests])]
    if (wanted.length === this.stored.downloads[image]?.length) return Promise.resolve()
    return this.edit((stored) => ({ ...stored, downloads: { ...stored.downloads, [image]: wanted } }))
  }

  /** The engine has the image, and got these layers as tars. Blobs that no other image needs go. */
  async finish(image: string, tars: Record<string, number>, inEngine: readonly EngineImage[]): Promise<void> {
    const diffIds = new Set(inEngine.flatMap((it) => it.diffIds))
    const digests = this.stored.downloads[image] ?? []
    await this.edit(({ downloads: { [image]: _done, ...downloads }, tars: former }) => {
      const kept = Object.entries({ ...former, ...tars }).filter(([diffId]) => diffIds.has(diffId))
      return { downloads, tars: Object.fromEntries(kept) }
    })
    await this.remove(digests)
  }

  /** The engine knows that layer otherwise after all. */
  forgetTar(diffId: string): Promise<void> {
    return this.edit(({ downloads, tars: { [diffId]: _wrong, ...tars } }) => ({ downloads, tars }))
  }

  /** Gives up the downloads of all other images, and what is left of older ones. `now`: by the board's clock. */
  async keepOnly(images: ReadonlySet<string>, now: number): Promise<void> {
    const gone = Object.entries(this.stored.downloads).filter(([image]) => !images.has(image))
    if (gone.length > 0) {
      await this.edit(({ downloads, tars }) => {
        const kept = Object.entries(downloads).filter(([image]) => images.has(image))
        return { downloads: Object.fromEntries(kept), tars }
      })
    }
    const unknown = this.blobs.list().filter(({ usedAt }) => Math.abs(now - usedAt) > UNKNOWN_STAYS_MS)
    await this.remove([...gone.flatMap(([, digests]) => digests), ...unknown.map(({ digest }) => digest)])
  }

  private async remove(digests: readonly string[]): Promise<void> {
    const needed = new Set(Object.values(this.stored.downloads).flat())
    for (const digest of digests) {
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
