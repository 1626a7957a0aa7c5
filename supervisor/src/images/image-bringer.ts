import { findCause } from '../errors.js'
import type { StepContext } from '../execute/step-handlers.js'
import type { Clock, Engine, Logger } from '../ports.js'
import { DownloadTally } from './download-tally.js'
import { UnknownTar, type EnginePull } from './engine-pull.js'
import { blobsOf, doesMake, presentLayers, waysByCost } from './find-way.js'
import type { DocumentReader, ImageDocuments } from './image-documents.js'
import type { Ledger } from './ledger.js'
import { localImage } from './local-image.js'
import { isBudgetSpent, type BlobStore, type EngineImage } from './ports.js'
import type { LayerMaker, WantedImage, WantedLayer, Way, WayFinder } from './ways.js'

export interface BringerParts {
  engine: Engine
  blobs: BlobStore
  documents: DocumentReader
  ledger: Ledger
  pulls: EnginePull
  finders: readonly WayFinder[]
  clock: Clock
  log: Logger
}

/** One image by one way. */
interface Order {
  image: ImageDocuments
  way: Way
  /** What is done with it once the engine has it, under the name that it was pulled by. */
  use: (image: EngineImage, name: string) => Promise<void>
  tally: DownloadTally
  // Bytes by diffId of the layers that the engine gets as tars.
  tars: Map<string, number>
  signal: AbortSignal
}

/** Brings images to the engine: chooses the way, fetches what that takes, and has the engine pull from here. */
export class ImageBringer {
  constructor(private readonly parts: BringerParts) {}

  /** Gives the bytes by diffId of layers that the engine got as tars. */
  async bring(image: ImageDocuments, { signal, onProgress }: StepContext): Promise<Record<string, number>> {
    const { blobs, clock, engine, finders, log } = this.parts
    const ways = await waysByCost(await this.wanted(image), blobs, finders, signal)
    for (const way of ways) {
      const tally = new DownloadTally(blobs, clock, onProgress, way.kind)
      const tars = new Map<string, number>()
      const use: Order['use'] = (_found, name) => engine.nameImage(name, image.name)
      try {
        await this.take(image.name, { image, way, use, tally, tars, signal })
        return Object.fromEntries(tars)
      } catch (error) {
        // The plain layers are the last; and no other way mends what stopped this one on purpose.
        if (way === ways.at(-1) || signal.aborted || isBudgetSpent(error)) throw error
        log.warn('a way to an image failed; another is taken', { image: image.name, way: way.kind, error })
      }
    }
    throw new Error('There is always a way')
  }

  /** `name`: of the image that it is all for. */
  private async take(name: string, order: Order): Promise<void> {
    const { ledger, documents } = this.parts
    const { image, way, tally, signal } = order
    const needed = blobsOf(await this.wanted(image), way)
    await ledger.begin(name, [...image.digests, ...needed.map(({ digest }) => digest)])
    await tally.fetchAll(needed, signal)
    if (!way.via) return this.pull(order)
    const via = await documents.read(way.via.image, signal)
    // It has no name but a passing one: no plan is to see it.
    const use: Order['use'] = (found) => this.pull(order, found)
    await this.take(name, { ...order, image: via, way: way.via.way, use })
  }

  private async pull(order: Order, via?: EngineImage): Promise<void> {
    const { image, way, tally, tars, signal, use } = order
    const maker = await way.openMaker?.(via, signal)
    try {
      const { presentLayers: present, layers } = await this.wanted(image)
      const made = madeLayers(layers.slice(present), way, maker)
      const known = layers.slice(0, present).flatMap(({ diffId }) => this.knownTar(diffId, tars))
      const local = localImage(image, new Map([...known, ...made]))
      const fetch = (blob: WantedLayer['blob']) => tally.fetchAll([blob], signal)
      await this.parts.pulls.pull({ image, local, maker, fetch, signal }, use)
      for (const [diffId, bytes] of made) tars.set(diffId, bytes)
      await this.tellFinders(layers.slice(present), made, signal)
    } catch (error) {
      const unknown = findCause(error, UnknownTar)
      if (!unknown || signal.aborted) throw error
      tars.delete(unknown.diffId)
      await this.parts.ledger.forgetTar(unknown.diffId)
      return await this.pull(order, via)
    } finally {
      await maker?.close()
    }
  }

  private knownTar(diffId: string, tars: Order['tars']): [string, number][] {
    const bytes = tars.get(diffId) ?? this.parts.ledger.tarBytes(diffId)
    return bytes === undefined ? [] : [[diffId, bytes]]
  }

  private async wanted(image: ImageDocuments): Promise<WantedImage> {
    const engineImages = await this.parts.engine.images()
    const { name, config, layers } = image
    const diffIds = layers.map(({ diffId }) => diffId)
    return {
      ...{ name, layers, engineImages },
      configDigest: config.digest,
      presentLayers: presentLayers(diffIds, engineImages),
    }
  }

  /** What they keep is for later images: this one is there, whatever becomes of that. */
  private async tellFinders(
    layers: readonly WantedLayer[],
    made: ReadonlyMap<string, number>,
    signal: AbortSignal,
  ): Promise<void> {
    const { finders, blobs, log } = this.parts
    const arrived = layers.filter(({ diffId, blob }) => !made.has(diffId) && blobs.isWhole(blob.digest))
    for (const layer of arrived) {
      for (const finder of finders) {
        await finder
          .layerArrived(layer, signal)
          .catch((error: unknown) => log.warn('layer not kept for later', { layer: layer.diffId, error }))
      }
    }
  }
}

/** Bytes of the tars of those that the way makes. */
function madeLayers(layers: readonly WantedLayer[], way: Way, maker?: LayerMaker): Map<string, number> {
  const made = layers.filter(({ diffId }) => doesMake(way, diffId))
  return new Map(
    made.map(({ diffId }) => {
      const bytes = maker?.tarBytes(diffId)
      if (bytes === undefined) throw new Error(`Layer ${diffId} cannot be made as it should be`)
      return [diffId, bytes]
    }),
  )
}
