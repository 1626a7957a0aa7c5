import type { DeltaDescription, ImageSourcesResponse } from '@flotilla/contracts'
import { shortError } from '../../errors.js'
import type { DurableValue } from '../../durable-value.js'
import type { EventRecorder } from '../../events.js'
import type { Cloud, Engine, Logger } from '../../ports.js'
import type { BlobStore, EngineImage } from '../ports.js'
import type { LayerMaker, WantedImage, WantedLayer, Way, WayFinder } from '../ways.js'
import type { AwaitedDeltas } from './awaited-deltas.js'
import { DeltaMaker } from './delta-maker.js'
import { digestOf, repositoryOf, sourcesFor, usablePaths, type DeltaPath, type Source } from './delta-paths.js'
import { isCertainlyWrong } from './is-certain.js'
import { layerTar } from './layer-tar.js'
import type { ImageOpener } from './ports.js'
import type { Skeletons } from './skeletons.js'
import { isGivenUp, isTrusted, noteFailure, type StoredDeltas } from './stored-deltas.js'

export interface DeltaFinderParts {
  cloud: Pick<Cloud, 'imageSources'>
  engine: Pick<Engine, 'images'>
  blobs: Pick<BlobStore, 'bytesOf' | 'read' | 'pathOf' | 'remove'>
  images: ImageOpener
  skeletons: Skeletons
  stored: DurableValue<StoredDeltas>
  awaited: AwaitedDeltas
  // Those that are here already. Absent: none.
  bundled?: () => DeltaDescription[]
  events: EventRecorder
  log: Logger
}

const NO_ANSWER: ImageSourcesResponse = { paths: [] }

/** Finds deltas from the images that the device has to the one that it wants. */
export class DeltaFinder implements WayFinder {
  constructor(private readonly parts: DeltaFinderParts) {}

  async find(wanted: WantedImage, _signal: AbortSignal): Promise<Way[]> {
    const { awaited, log } = this.parts
    const from = await this.sources(wanted)
    // Whoever has nothing to start from needs no delta.
    if (from.length === 0) return []
    const bundled = this.bundledPaths(wanted, from)
    if (bundled.length > 0) return bundled.map((path) => this.wayAlong(path, wanted, from))
    const answer = await this.ask(wanted.name, from).catch((error: unknown) => {
      log.info('nobody to ask for deltas', { image: wanted.name, error })
      return NO_ANSWER
    })
    const paths = this.usable(answer, wanted, from)
    await awaited.hear(wanted.name, answer, this.cheapest(wanted, paths))
    return paths.map((path) => this.wayAlong(path, wanted, from))
  }

  async layerArrived({ diffId, mediaType, blob }: WantedLayer, signal: AbortSignal): Promise<void> {
    const { skeletons, blobs, log } = this.parts
    if (skeletons.has(diffId)) return
    await skeletons
      .take(diffId, layerTar(mediaType, blobs.read(blob.digest)), signal)
      .catch((error: unknown) => log.warn('skeleton not kept', { diffId, error }))
  }

  tidy(images: readonly EngineImage[]): Promise<void> {
    return this.parts.skeletons.tidy(images)
  }

  /** What the server says now of an image that nobody is fetching. Undefined: it could not be asked. */
  async askAgain(image: string): Promise<ImageSourcesResponse | undefined> {
    const { engine, log } = this.parts
    try {
      return await this.ask(image, await this.sources({ name: image, layers: [], engineImages: await engine.images() }))
    } catch (error) {
      log.info('no answer about deltas', { image, error })
      return undefined
    }
  }

  private async sources(wanted: Pick<WantedImage, 'name' | 'layers' | 'engineImages'>): Promise<Source[]> {
    const { skeletons, stored } = this.parts
    await skeletons.check(wanted.engineImages.flatMap(({ diffIds }) => diffIds))
    return sourcesFor(
      wanted,
      ({ diffIds }, digest) => diffIds.every((diffId) => skeletons.has(diffId)) && isTrusted(stored.value, digest),
    )
  }

  /** Nobody has to be asked for these, and no link is needed. */
  private bundledPaths(wanted: WantedImage, from: readonly Source[]): DeltaPath[] {
    const to = digestOf(wanted.name)
    const deltas = (this.parts.bundled?.() ?? []).filter((delta) => delta.to === to)
    return this.usable({ paths: deltas.map((delta) => ({ deltas: [delta] })) }, wanted, from)
  }

  private usable(answer: ImageSourcesResponse, wanted: WantedImage, from: readonly Source[]): DeltaPath[] {
    const isRefused = ({ digest }: DeltaDescription) => isGivenUp(this.parts.stored.value, digest)
    return usablePaths(answer, { to: digestOf(wanted.name), from, isRefused })
  }

  private ask(image: string, from: readonly Source[]): Promise<ImageSourcesResponse> {
    return this.parts.cloud.imageSources({ image: digestOf(image), have: from.map(({ digest }) => digest) })
  }

  /** Bytes still to be fetched. */
  private cheapest({ layers, presentLayers }: WantedImage, paths: readonly DeltaPath[]): number {
    const { blobs } = this.parts
    const left = (all: readonly { digest: string; sizeBytes: number }[]) =>
      all.reduce((sum, { digest, sizeBytes }) => sum + sizeBytes - blobs.bytesOf(digest), 0)
    return Math.min(left(layers.slice(presentLayers).map(({ blob }) => blob)), ...paths.map(left))
  }

  private wayAlong(path: DeltaPath, wanted: WantedImage, from: readonly Source[]): Way {
    const last = path.at(-1) ?? path[0]
    const [first, ...others] = path.slice(0, -1)
    const repository = repositoryOf(wanted.name)
    const blob = { digest: last.digest, sizeBytes: last.sizeBytes, repository }
    const source = from.find(({ digest }) => digest === last.from)?.id ?? ''
    return {
      kind: 'delta',
      blobs: [blob],
      makes: 'all',
      ...(first && {
        via: { image: `${repository}@${last.from}`, way: this.wayAlong([first, ...others], wanted, from) },
      }),
      openMaker: (via) => this.openMaker(last, via?.id ?? source, wanted.name),
    }
  }

  private async openMaker(delta: DeltaDescription, source: string, image: string): Promise<LayerMaker> {
    const { blobs, images, skeletons } = this.parts
    const files = await images.open(source)
    const onFailed = (error: unknown) => this.noteFailure(delta, image, error)
    try {
      const sourceImage = {
        openFile: (path: string) => files.openFile(path),
        openSkeleton: (diffId: string) => skeletons.open(diffId),
        close: () => files.close(),
      }
      return await DeltaMaker.open(blobs.pathOf(delta.digest), sourceImage, { skeletons, onFailed })
    } catch (error) {
      await files.close()
      await onFailed(error)
      throw error
    }
  }

  /** What is certainly wrong is never tried again, and what it takes up is freed. */
  private async noteFailure(delta: DeltaDescription, image: string, error: unknown): Promise<void> {
    const { stored, blobs, events, log } = this.parts
    if (isGivenUp(stored.value, delta.digest)) return
    const isCertain = isCertainlyWrong(error)
    log.warn('delta failed', { image, delta: delta.digest, isCertain, error })
    await stored.update((it) => noteFailure(it, { delta: delta.digest, from: delta.from, isCertain }))
    if (!isGivenUp(stored.value, delta.digest)) return
    await events.record('delta-failed', { image, delta: delta.digest, from: delta.from, error: shortError(error) })
    await blobs.remove(delta.digest)
  }
}
