/*
 * Images as a board has them in its engine, and deltas between them, without an engine: layers are tars in a folder, and
 * files are in memory.
 */
import { DeltaError, makeDelta } from '@flotilla/image-delta'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DurableValue } from '../durable-value.js'
import { SkeletonFolder } from '../edge/skeletons/skeleton-folder.js'
import { EventRecorder } from '../events.js'
import { AwaitedDeltas } from '../images/deltas/awaited-deltas.js'
import { DeltaFinder } from '../images/deltas/delta-finder.js'
import { Skeletons } from '../images/deltas/skeletons.js'
import { NO_DELTAS, type StoredDeltas } from '../images/deltas/stored-deltas.js'
import type { EngineImage } from '../images/ports.js'
import type { WantedImage, WantedLayer } from '../images/ways.js'
import { Listeners } from '../listeners.js'
import { FakeClock } from './fake-clock.js'
import { FakeCloudDevice } from './fake-cloud-device.js'
import { layerTar, type LayerFiles } from './layered-image.js'
import { MemoryStore, silentLog } from './memory-store.js'

export const GZIP_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip'
const REPOSITORY = 'registry.test/web'

// Each is made once for all tests of a file.
const TARS = new WeakMap<LayerFiles, Promise<Buffer>>()

export interface SceneImage extends EngineImage {
  digest: string
  tars: string[]
  layers: WantedLayer[]
}

export class DeltaScene {
  readonly store = new MemoryStore()
  readonly clock = new FakeClock()
  readonly log = silentLog()
  readonly cloud = new FakeCloudDevice({} as never, {} as never)
  readonly lookWanted = new Listeners()
  /** What the engine has. */
  engineImages: EngineImage[] = []
  /** Asked before any file of an image is opened. */
  beforeOpen: (path: string) => void = () => undefined
  targets: ConstructorParameters<typeof AwaitedDeltas>[0]['targets'] = { target: undefined }
  private readonly files = new Map<string, LayerFiles>()

  private constructor(
    readonly folder: string,
    readonly shelf: SkeletonFolder,
  ) {}

  static async open(): Promise<DeltaScene> {
    const folder = await mkdtemp(join(tmpdir(), 'fdelta-'))
    await mkdir(join(folder, 'blobs'))
    return new DeltaScene(folder, await SkeletonFolder.open(join(folder, 'skeletons')))
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true })
  }

  /** An image of these layers, which is not in the engine yet; its blobs are there. */
  async image(name: string, layers: LayerFiles[]): Promise<SceneImage> {
    const digest = digestOf(name)
    const made = await Promise.all(layers.map((files) => this.layer(files)))
    this.files.set(`id of ${name}`, Object.assign({}, ...layers) as LayerFiles)
    return {
      id: `id of ${name}`,
      digest,
      names: [`${REPOSITORY}@${digest}`],
      diffIds: made.map(({ layer }) => layer.diffId),
      tars: made.map(({ tar }) => tar),
      layers: made.map(({ layer }) => layer),
    }
  }

  /** The engine has it, and all its layers passed by. */
  async arrive(finder: DeltaFinder, image: SceneImage): Promise<void> {
    this.engineImages.push(image)
    for (const layer of image.layers) await finder.layerArrived(layer, new AbortController().signal)
  }

  /** A delta, whole in the blob store. */
  async delta(from: SceneImage, to: SceneImage) {
    const out = join(this.folder, 'new-delta')
    const made = await makeDelta({ from: contentOf(from), to: contentOf(to), out, scratch: this.folder })
    return this.description(from, to, await readFile(out), made.sizeBytes)
  }

  /** Bytes that are said to be a delta. */
  async description(from: SceneImage, to: SceneImage, bytes: Buffer, sizeBytes = bytes.length) {
    const digest = digestOf(bytes)
    await writeFile(this.pathOf(digest), bytes)
    return { from: from.digest, to: to.digest, digest, sizeBytes }
  }

  async finder(): Promise<DeltaFinder> {
    const { store, clock, log, cloud, lookWanted, targets } = this
    const stored = new DurableValue<StoredDeltas>(store.deltas, NO_DELTAS)
    await stored.load()
    return new DeltaFinder({
      ...{ stored, log },
      cloud: { imageSources: (request) => Promise.resolve().then(() => cloud.answerImageSources(request)) },
      engine: { images: () => Promise.resolve(this.engineImages) },
      events: new EventRecorder(store.events, clock, log),
      blobs: {
        bytesOf: () => 0,
        read: (digest) => createReadStream(this.pathOf(digest)),
        pathOf: (digest) => this.pathOf(digest),
        remove: (digest) => unlink(this.pathOf(digest)),
      },
      images: { open: (id) => Promise.resolve(this.openFiles(id)), clear: () => Promise.resolve() },
      skeletons: new Skeletons(this.shelf, log),
      awaited: new AwaitedDeltas({ stored, targets, clock, lookWanted }),
    })
  }

  wanted(image: SceneImage, presentLayers = 0): WantedImage {
    const { engineImages } = this
    return { name: image.names[0] ?? '', configDigest: '', layers: image.layers, presentLayers, engineImages }
  }

  pathOf(digest: string): string {
    return join(this.folder, 'blobs', digest.slice('sha256:'.length))
  }

  private openFiles(id: string) {
    const files = this.files.get(id) ?? {}
    return {
      openFile: (path: string) => {
        this.beforeOpen(path)
        const content = files[path]
        if (typeof content !== 'string' && !Buffer.isBuffer(content)) {
          return Promise.reject(new DeltaError(`No file ${path}`))
        }
        const bytes = Buffer.from(content)
        return Promise.resolve({
          sizeBytes: bytes.length,
          read: (into: Uint8Array, position: number) => Promise.resolve(bytes.copy(into, 0, position)),
          close: () => Promise.resolve(),
        })
      },
      close: () => Promise.resolve(),
    }
  }

  private async layer(files: LayerFiles): Promise<{ layer: WantedLayer; tar: string }> {
    const known = TARS.get(files) ?? layerTar(files)
    TARS.set(files, known)
    const bytes = await known
    const diffId = digestOf(bytes)
    const tar = join(this.folder, diffId.slice('sha256:'.length))
    await writeFile(tar, bytes)
    const packed = gzipSync(bytes, { level: 1 })
    const blob = { digest: digestOf(packed), sizeBytes: packed.length, repository: REPOSITORY }
    await writeFile(this.pathOf(blob.digest), packed)
    return { layer: { diffId, blob, mediaType: GZIP_LAYER }, tar }
  }
}

function contentOf({ diffIds, tars }: SceneImage) {
  return { layers: diffIds.map((diffId, at) => ({ diffId, tar: tars[at] ?? '' })) }
}

function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
