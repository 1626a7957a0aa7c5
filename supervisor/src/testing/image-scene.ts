/*
 * An image store with everything around it in memory: engine, blobs, registry, and somebody who may know cheaper ways.
 */
import type { Platform } from '@flotilla/contracts'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { FakeLocalRegistry } from '../edge/fake/fake-local-registry.js'
import { systemClock } from '../edge/host/clock.js'
import { EnginePull } from '../images/engine-pull.js'
import { DocumentReader } from '../images/image-documents.js'
import { ImageStore } from '../images/image-store.js'
import { Ledger } from '../images/ledger.js'
import type { DownloadProgress, EngineImage } from '../images/ports.js'
import { pullerBy } from '../images/pull-directly.js'
import type { StoredImages } from '../images/stored-images.js'
import type { WantedImage, WantedLayer, Way, WayFinder } from '../images/ways.js'
import type { StepOf } from '../ports.js'
import { FakeImageRegistry } from './fake-image-registry.js'
import { MemoryBlobs } from './memory-blobs.js'
import { MemoryDocument, silentLog } from './memory-store.js'

export class ImageScene implements WayFinder {
  readonly daemon = new FakeDaemon(systemClock)
  readonly engine = new FakeEngine('device', this.daemon)
  readonly registry = new FakeImageRegistry()
  readonly blobs = new MemoryBlobs(this.registry.blobs, systemClock)
  readonly document = new MemoryDocument<StoredImages>()
  readonly log = silentLog()
  /** What the finder knows. */
  ways: (wanted: WantedImage) => Way[] = () => []
  /** Layers that the finder was told of, by diffId. */
  readonly arrived: string[] = []
  tidied: readonly EngineImage[] = []
  readonly progress: DownloadProgress[] = []

  /** A supervisor that starts on what is there. */
  async start({
    platform = 'linux/arm64',
    isReachable = true,
  }: { platform?: Platform; isReachable?: boolean } = {}): Promise<ImageStore> {
    const { engine, blobs, log, daemon } = this
    const ledger = new Ledger(this.document, blobs, log)
    await ledger.load()
    const cloud = { registryToken: () => Promise.resolve({ token: 'token', expiresInSeconds: 300 }) }
    return new ImageStore({
      ...{ engine, blobs, log, ledger, clock: systemClock, finders: [this] },
      documents: new DocumentReader(blobs, this.registry, platform),
      pulls: new EnginePull(engine, new FakeLocalRegistry(daemon, isReachable), blobs),
      pullDirectly: pullerBy(engine, cloud),
    })
  }

  async pull(
    store: ImageStore,
    image: string,
    { signal = new AbortController().signal, ...change }: Partial<StepOf<'pull-image'>> & { signal?: AbortSignal } = {},
  ): Promise<void> {
    const step = { kind: 'pull-image' as const, image, appId: 'app', services: ['web'], ...change }
    await store.pull(step, { signal, onProgress: (progress) => this.progress.push(progress) })
  }

  /** Names in the engine. */
  names(): string[] {
    return [...this.daemon.images].sort()
  }

  /** Bytes that were fetched of these blobs; of all: without an argument. */
  fetched(digests: readonly string[] = [...this.blobs.given.keys()]): number {
    return digests.reduce((sum, digest) => sum + (this.blobs.given.get(digest) ?? 0), 0)
  }

  sizeOf(digests: readonly string[]): number {
    return digests.reduce((sum, digest) => sum + (this.registry.blobs.get(digest)?.length ?? 0), 0)
  }

  find(wanted: WantedImage): Promise<Way[]> {
    return Promise.resolve(this.ways(wanted))
  }

  layerArrived({ diffId, blob }: WantedLayer): Promise<void> {
    if (!this.blobs.isWhole(blob.digest)) throw new Error('It is not there to be read')
    this.arrived.push(diffId)
    return Promise.resolve()
  }

  tidy(images: readonly EngineImage[]): Promise<void> {
    this.tidied = images
    return Promise.resolve()
  }
}
