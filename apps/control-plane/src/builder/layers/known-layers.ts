import type { ImageLayer } from '@flotilla/contracts'
import type { LayerDescriptor, RegistryImage } from '../registry/registry-client.js'
import { diffIdsOf } from './image-config.js'

/** A layer that is in the registry. */
export interface RegistryLayer {
  diffId: string
  descriptor: LayerDescriptor
}

const CONTENT = 'io.flotilla.layer.content'
const COMMIT_TIME = 'io.flotilla.layer.commit-time'
const TAR_BYTES = 'io.flotilla.layer.tar-bytes'
const MEDIA_TYPE = 'application/vnd.docker.image.rootfs.diff.tar.gzip'

/** How a layer is named in a manifest, with what the next build knows it by. */
export function describeLayer(
  blob: { digest: string; sizeBytes: number; tarBytes: number },
  content?: { id: string; commitTime: number },
): LayerDescriptor {
  return {
    mediaType: MEDIA_TYPE,
    digest: blob.digest,
    size: blob.sizeBytes,
    annotations: {
      [TAR_BYTES]: String(blob.tarBytes),
      ...(content && { [CONTENT]: content.id, [COMMIT_TIME]: String(content.commitTime) }),
    },
  }
}

export function presentLayer({ diffId, descriptor }: RegistryLayer): ImageLayer {
  const { digest, size, mediaType, annotations } = descriptor
  const tarBytes = Number(annotations?.[TAR_BYTES] ?? Number.NaN)
  return { diffId, digest, sizeBytes: size, mediaType, ...(Number.isSafeInteger(tarBytes) && { tarBytes }) }
}

export function layersOf({ manifest, config }: RegistryImage): RegistryLayer[] {
  return diffIdsOf(config).flatMap((diffId, at) => {
    const descriptor = manifest.layers[at]
    return descriptor ? [{ diffId, descriptor }] : []
  })
}

/** The layers of the release before: what is equal to one of them needs neither packing nor pushing. */
export class KnownLayers {
  readonly layers: readonly RegistryLayer[]
  /** From which dates on did not count when they were made. */
  readonly commitTimes: ReadonlySet<number>
  private readonly byDiffId: ReadonlyMap<string, RegistryLayer>

  /** `engineLayers`: the same image's layers as this very engine built them, where it did. */
  constructor(
    readonly image: RegistryImage | undefined,
    engineLayers: readonly string[] = [],
  ) {
    this.layers = image ? layersOf(image) : []
    const isSameCount = engineLayers.length === this.layers.length
    this.byDiffId = new Map(
      this.layers.flatMap((layer, at) => [
        ...(isSameCount ? [[engineLayers[at] ?? '', layer] as const] : []),
        [layer.diffId, layer] as const,
      ]),
    )
    this.commitTimes = new Set(this.layers.map(commitTimeOf).filter((time) => Number.isSafeInteger(time)))
  }

  /** By the digest of its tar, in the registry or in the engine. */
  find(diffId: string): RegistryLayer | undefined {
    return this.byDiffId.get(diffId)
  }

  findContent(ids: ReadonlyMap<number, string>): RegistryLayer | undefined {
    return this.layers.find((layer) => {
      const content = layer.descriptor.annotations?.[CONTENT]
      return content !== undefined && ids.get(commitTimeOf(layer)) === content
    })
  }
}

function commitTimeOf({ descriptor }: RegistryLayer): number {
  return Number(descriptor.annotations?.[COMMIT_TIME] ?? Number.NaN)
}
