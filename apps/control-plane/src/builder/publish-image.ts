import { createHash } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildTask, BuiltImage } from '@flotilla/contracts'
import type { ImageBuildTools } from './image-build-tools.js'
import { type BuiltContent, splitTag } from './engine.js'
import { dateConfig, type ImageConfig, isSameImage } from './layers/image-config.js'
import { describeLayer, KnownLayers, presentLayer, type RegistryLayer } from './layers/known-layers.js'
import { readLayerContent } from './layers/layer-content.js'
import { packLayer } from './layers/pack-layer.js'
import { readImage } from './layers/read-image.js'
import type { SavedLayer } from './layers/saved-image.js'
import { PushProgress } from './push-progress.js'
import { type Blob, BlobUpload } from './registry/blob-upload.js'
import { RegistryPatience } from './registry/patience.js'
import { MANIFEST_TYPE, type RegistryImage } from './registry/registry-client.js'

export type PublishedImage = Required<Pick<BuiltImage, 'digest' | 'configDigest' | 'sizeBytes' | 'layers'>>

const CONFIG_TYPE = 'application/vnd.docker.container.image.v1+json'

/**
 * Puts what the engine built into the registry, in a form that depends on the commit alone: dated by it, and with the
 * layers of the release before wherever they are equal but for dates. See docs/builds.md.
 */
export class ImagePublication {
  private readonly repository: string
  private readonly tag: string
  private readonly patience: RegistryPatience
  private readonly progress: PushProgress

  constructor(
    private readonly task: BuildTask,
    private readonly tools: ImageBuildTools,
  ) {
    const { service, push } = task
    ;[this.repository, this.tag] = splitTag(push.slice(push.indexOf('/') + 1))
    const sayError = (text: string) => tools.write({ kind: 'error', service, text })
    this.patience = new RegistryPatience(tools.registry, service, sayError, tools.signal)
    this.progress = new PushProgress((text) => tools.write({ kind: 'output', service, text }))
  }

  /** The image of the release before, where the registry still has it. */
  async previous(): Promise<RegistryImage | undefined> {
    const { cacheFrom } = this.task
    if (cacheFrom === undefined) return undefined
    const [place = '', digest = ''] = cacheFrom.split('@')
    const repository = place.slice(place.indexOf('/') + 1)
    return this.patience.run(() => this.tools.registry.readImage(repository, digest, this.tools.signal))
  }

  async publish(built: BuiltContent, known: KnownLayers): Promise<PublishedImage> {
    await this.patience.run(() => this.tools.registry.check(this.tools.signal))
    const { config: original, layers } = await this.pushLayers(built, known)
    const config = this.isDated ? dated(original, layers, this.tools.order.commitTime ?? 0) : original
    if (known.image && isAsBefore(known, known.image, parse(config), layers)) return presentImage(known.image, layers)
    return this.pushManifest(config, layers)
  }

  /** Images that are used as they are stay so. */
  private get isDated(): boolean {
    return this.task.image === undefined && this.tools.order.commitTime !== undefined
  }

  private async pushLayers(image: BuiltContent, known: KnownLayers) {
    const { engine, folder: parent, shared, signal } = this.tools
    const folder = await mkdtemp(join(parent, 'layers-'))
    const pushed = new Map<string, RegistryLayer>()
    const isKnown = async (diffId: string) => {
      const same = known.find(diffId) ?? (await shared.find(this.sharedName(diffId)))
      if (!pushed.has(diffId) && same && (await this.isThere(same))) pushed.set(diffId, same)
      return pushed.has(diffId)
    }
    const onLayer = async (layer: SavedLayer) => {
      const push = () => this.pushLayer(layer, known)
      pushed.set(layer.diffId, await shared.make(this.sharedName(layer.diffId), push))
    }
    try {
      const config = await readImage(engine, { image, folder, isKnown, onLayer, signal })
      const layers = image.layers.map((diffId) => pushed.get(diffId))
      if (!layers.every((layer) => layer !== undefined)) throw new Error('The engine saved an image without its layers')
      return { config, layers }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  // The same tar of the engine becomes another layer where it is not dated.
  private sharedName(diffId: string): string {
    return `${this.isDated ? 'dated' : 'as it is'} ${this.repository} ${diffId}`
  }

  private async pushLayer(saved: SavedLayer, known: KnownLayers): Promise<RegistryLayer> {
    const { signal } = this.tools
    const commitTime = this.isDated ? this.tools.order.commitTime : undefined
    if (commitTime === undefined) return this.packAndPush(saved.file)
    const times = { commitTime, commitTimes: known.commitTimes }
    const content = await readLayerContent(saved.file, times, signal)
    const equal = known.findContent(content.ids)
    if (equal && (await this.isThere(equal))) return equal
    const id = content.ids.get(commitTime) ?? ''
    return this.packAndPush(saved.file, { id, commitTime, isLate: content.isLate })
  }

  private async packAndPush(
    from: string,
    content?: { id: string; commitTime: number; isLate: boolean },
  ): Promise<RegistryLayer> {
    const to = `${from}.gz`
    const { signal } = this.tools
    const onProgress = (bytes: number) => this.progress.packing(bytes)
    // A base that is older than the commit stays byte by byte what it is.
    const commitTime = content?.isLate ? content.commitTime : undefined
    const packed = await packLayer({ from, to, commitTime, onProgress, signal })
    // What is left is to send it: until then the engine's layer would only take up space.
    await rm(from)
    const handle = await open(to)
    try {
      const read = async (offset: number, length: number) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
        return buffer.subarray(0, bytesRead)
      }
      await this.pushBlob({ digest: packed.digest, sizeBytes: packed.sizeBytes, read })
    } finally {
      await handle.close()
      await rm(to)
    }
    return { diffId: packed.diffId, descriptor: describeLayer(packed, content) }
  }

  private async pushManifest(config: Buffer, layers: readonly RegistryLayer[]): Promise<PublishedImage> {
    const { registry, signal } = this.tools
    const configDigest = `sha256:${createHash('sha256').update(config).digest('hex')}`
    const read = (offset: number, length: number) => Promise.resolve(config.subarray(offset, offset + length))
    await this.pushBlob({ digest: configDigest, sizeBytes: config.length, read })
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: CONFIG_TYPE, size: config.length, digest: configDigest },
      layers: layers.map((layer) => layer.descriptor),
    }
    const put = () => registry.putManifest(this.repository, this.tag, manifest, signal)
    return { digest: await this.patience.run(put), configDigest, ...sized(layers) }
  }

  private async pushBlob(blob: Blob): Promise<void> {
    const upload = new BlobUpload(this.tools.registry, this.repository, blob)
    const onProgress = (sent: number) => this.progress.pushing(sent, blob.sizeBytes)
    await this.patience.run(
      () => upload.run(onProgress, this.tools.signal),
      () => upload.sent,
    )
  }

  private isThere({ descriptor }: RegistryLayer): Promise<boolean> {
    const { registry, signal } = this.tools
    return this.patience.run(() => registry.hasBlob(this.repository, descriptor.digest, signal))
  }
}

export function presentImage(image: RegistryImage, layers: readonly RegistryLayer[]): PublishedImage {
  return { digest: image.digest, configDigest: image.manifest.config.digest, ...sized(layers) }
}

/** Nothing but dates is new: devices need not even hear of it. */
function isAsBefore(
  known: KnownLayers,
  image: RegistryImage,
  config: ImageConfig,
  layers: readonly RegistryLayer[],
): boolean {
  const isSame = (layer: RegistryLayer, at: number) => layer.descriptor.digest === known.layers[at]?.descriptor.digest
  return layers.length === known.layers.length && layers.every(isSame) && isSameImage(image.config, config)
}

function dated(config: Buffer, layers: readonly RegistryLayer[], commitTime: number): Buffer {
  const diffIds = layers.map((layer) => layer.diffId)
  return Buffer.from(JSON.stringify(dateConfig(parse(config), diffIds, commitTime)))
}

function parse(config: Buffer): ImageConfig {
  return JSON.parse(config.toString()) as ImageConfig
}

function sized(layers: readonly RegistryLayer[]): Pick<PublishedImage, 'sizeBytes' | 'layers'> {
  const sizeBytes = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0)
  return { sizeBytes, layers: layers.map(presentLayer) }
}
