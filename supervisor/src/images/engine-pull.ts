import { withAbort } from '../abort.js'
import { findCause } from '../errors.js'
import type { Engine } from '../ports.js'
import { dropSpoiled } from './drop-spoiled.js'
import type { ImageDocuments } from './image-documents.js'
import type { LocalImage } from './local-image.js'
import type { LocalRegistry, ServedBlob, ServedImage } from './local-registry.js'
import { MadeLayer, Turns, WrongLayer } from './made-layer.js'
import type { Blob, BlobStore, EngineImage } from './ports.js'
import { isPostponed } from './postponed.js'
import type { LayerMaker } from './ways.js'

export interface PullWish {
  image: ImageDocuments
  local: LocalImage
  maker?: LayerMaker
  /** A blob that is not on the disk after all: the engine lacks what it was thought to have. */
  fetch: (blob: Blob) => Promise<void>
  signal: AbortSignal
}

/** The engine wants a layer as a tar that it was thought to have so; it can be had only otherwise. */
export class UnknownTar extends Error {
  override name = 'UnknownTar'

  constructor(readonly diffId: string) {
    super(`The engine does not know layer ${diffId} any more`)
  }
}

/** Has the engine pull an image from what is on this device. */
export class EnginePull {
  private readonly turns = new Turns()
  /** References that are being pulled by now. */
  readonly references = new Set<string>()

  constructor(
    private readonly engine: Engine,
    private readonly registry: LocalRegistry,
    private readonly blobs: BlobStore,
  ) {}

  /** Whether the engine comes when it is sent here: one on another machine does not. */
  async isReachable(signal: AbortSignal): Promise<boolean> {
    const serving = await this.registry.serve(NOTHING)
    try {
      await this.engine.pullFrom(serving.reference, { signal })
    } catch {
      signal.throwIfAborted()
      // One that does not answer at all pulls from nowhere else either.
      if (!serving.wasAsked) await this.engine.version()
    } finally {
      serving.end()
    }
    return serving.wasAsked
  }

  /** Gives the image as it is in the engine, under a name that `use` may change; that name goes afterwards. */
  async pull(wish: PullWish, use: (image: EngineImage, name: string) => Promise<void>): Promise<void> {
    await withAbort(wish.signal, async (controller) => {
      const serving = await this.registry.serve(this.served(wish, controller))
      const { reference } = serving
      this.references.add(reference)
      try {
        await this.pullFrom(reference, wish, controller.signal)
        await use(await this.checked(reference, wish), reference)
        await this.engine.removeName(reference)
      } finally {
        serving.end()
        this.references.delete(reference)
      }
    })
  }

  /** What was spoiled on the disk since it came would fail for ever: it goes, to be fetched anew the next time. */
  private async pullFrom(reference: string, { image, signal }: PullWish, end: AbortSignal): Promise<void> {
    try {
      await this.engine.pullFrom(reference, { signal: end })
    } catch (error) {
      if (signal.aborted || isPostponed(error) || findCause(error, UnknownTar)) throw error
      const digests = [image.config.digest, ...image.layers.map(({ blob }) => blob.digest)]
      await dropSpoiled(this.blobs, digests, signal).catch(() => undefined)
      throw error
    }
  }

  /** It has exactly the layers that its config says, or it goes. */
  private async checked(reference: string, { image }: PullWish): Promise<EngineImage> {
    const found = (await this.engine.images()).find(({ names }) => names.includes(reference))
    const wanted = image.layers.map(({ diffId }) => diffId)
    if (found && found.diffIds.join() === wanted.join()) return found
    await this.engine.removeName(reference)
    throw new WrongLayer(`What the engine pulled for ${image.name} is not that image`)
  }

  private served(wish: PullWish, controller: AbortController): ServedImage {
    const open = async (digest: string) => {
      try {
        return await this.open(digest, wish)
      } catch (error) {
        // Else the engine would ask again and again.
        controller.abort(error)
        throw error
      }
    }
    return { manifest: wish.local.manifest, open, onFailure: (error) => controller.abort(error) }
  }

  private async open(digest: string, wish: PullWish): Promise<ServedBlob | undefined> {
    const { image, local, maker, signal } = wish
    const { config } = image
    if (digest === config.digest) return this.stored(digest, config.size)
    const nth = local.descriptors.findIndex((descriptor) => descriptor.digest === digest)
    const layer = image.layers[nth]
    if (!layer) return undefined
    const { blob, diffId } = layer
    const tarBytes = maker?.tarBytes(diffId)
    if (digest === diffId && maker && tarBytes !== undefined) {
      return new MadeLayer(diffId, tarBytes, () => this.turns.inTurn(() => maker.make(diffId, signal)))
    }
    if (digest !== blob.digest) throw new UnknownTar(diffId)
    if (!this.blobs.isWhole(digest)) await wish.fetch(blob)
    return this.stored(digest, blob.sizeBytes)
  }

  private stored(digest: string, sizeBytes: number): ServedBlob {
    return { sizeBytes, read: (range) => this.blobs.read(digest, range) }
  }
}

// No manifest at all: the engine comes, and goes.
const NOTHING: ServedImage = {
  manifest: { digest: `sha256:${'0'.repeat(64)}`, mediaType: 'text/plain', bytes: Buffer.from('nothing') },
  open: () => Promise.resolve(undefined),
  onFailure: () => undefined,
}
