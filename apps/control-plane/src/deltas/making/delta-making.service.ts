import { join } from 'node:path'
import { Inject, Injectable } from '@nestjs/common'
import type { ImageLayer } from '@flotilla/contracts'
import { CONFIG } from '../../config/config.module.js'
import type { ServerConfig } from '../../config/config.js'
import { FleetImages } from '../fleet-images.repository.js'
import type { ImageDelta } from '../image-delta.entity.js'
import { plainBytes } from '../missing-layers.js'
import { isWorthTrying } from '../wanted-pairs.js'
import { pushDelta } from './delta-artifact.js'
import type { Outcome } from './delta-leases.service.js'
import { makeInProcess } from './delta-process.js'
import { DeltaScratch, type ScratchRoom } from './delta-scratch.js'
import { FleetRegistry } from './fleet-registry.js'
import { readImage } from './image-manifest.js'
import { unpackLayer } from './layer-tar.js'
import type { RegistryRepository } from './registry-repository.js'

// Applying one costs the device time and energy: it has to save something.
const LARGEST_SHARE = 0.9

interface Images {
  from: ImageLayer[]
  to: ImageLayer[]
}

/** Makes one delta: both images from the registry, the difference in a process of its own, the result into the registry. */
@Injectable()
export class DeltaMaking {
  constructor(
    private readonly registry: FleetRegistry,
    private readonly images: FleetImages,
    private readonly scratch: DeltaScratch,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** Throws DeltaFailure where the images are at fault, and other errors where something was away. */
  async make(delta: ImageDelta, signal: AbortSignal): Promise<Outcome> {
    const repository = this.registry.of(delta.fleetId, signal)
    const images = {
      from: (await readImage(repository, delta.fromDigest)).layers,
      to: (await readImage(repository, delta.toDigest)).layers,
    }
    const plain = plainBytes(counted(delta.toDigest, images.to), [counted(delta.fromDigest, images.from)])
    if (!isWorthTrying({ plainBytes: plain })) {
      await this.remember(delta, images)
      return { state: 'not-worth-it', reason: 'The layers that differ are small.', plainBytes: plain }
    }
    return this.scratch.use(delta, async (folder, room) => {
      const tars = await unpackAll(repository, images, { folder, room, signal })
      await this.remember(delta, { from: withTarBytes(images.from, tars), to: withTarBytes(images.to, tars) })
      const file = join(folder, 'delta')
      const content = (layers: ImageLayer[]) => ({
        layers: layers.map(({ diffId }) => ({ diffId, tar: join(folder, nameOf(diffId)) })),
      })
      const order = { from: content(images.from), to: content(images.to), out: file, scratch: folder }
      const made = await makeInProcess(order, { memoryBytes: this.config.DELTA_MEMORY_BYTES, signal })
      const workBytes = [...tars.values()].reduce((sum, bytes) => sum + bytes, 0)
      const figures = { sizeBytes: made.sizeBytes, plainBytes: plain, workBytes }
      if (made.sizeBytes > plain * LARGEST_SHARE) {
        const reason = `It would have ${made.sizeBytes} bytes, and the layers themselves have ${plain}.`
        return { state: 'not-worth-it', reason, ...figures }
      }
      const { fromDigest: from, toDigest: to } = delta
      const manifestDigest = await pushDelta(repository, { file, ...made, from, to })
      return { state: 'ready', blobDigest: made.digest, manifestDigest, ...figures }
    })
  }

  private async remember({ fleetId, fromDigest, toDigest }: ImageDelta, { from, to }: Images): Promise<void> {
    await this.images.rememberLayers(fleetId, fromDigest, from)
    await this.images.rememberLayers(fleetId, toDigest, to)
  }
}

interface Unpacking {
  folder: string
  room: ScratchRoom
  signal: AbortSignal
}

/** Each layer once, one after the other: two of them would not come sooner, and need twice the memory. */
async function unpackAll(
  repository: RegistryRepository,
  { from, to }: Images,
  { folder, room, signal }: Unpacking,
): Promise<Map<string, number>> {
  const tars = new Map<string, number>()
  for (const layer of [...from, ...to]) {
    if (tars.has(layer.diffId)) continue
    const target = { file: join(folder, nameOf(layer.diffId)), room }
    tars.set(layer.diffId, await unpackLayer(await repository.blob(layer.digest), layer, target, signal))
  }
  return tars
}

function nameOf(diffId: string): string {
  return `${diffId.replace('sha256:', '')}.tar`
}

function withTarBytes(layers: ImageLayer[], tars: ReadonlyMap<string, number>): ImageLayer[] {
  return layers.map((layer) => ({ ...layer, tarBytes: tars.get(layer.diffId) }))
}

function counted(digest: string, layers: ImageLayer[]) {
  return { digest, layers, sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
}
