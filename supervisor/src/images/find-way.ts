import type { Blob, BlobStore, EngineImage } from './ports.js'
import type { WantedImage, Way, WayFinder } from './ways.js'

/** How many layers from the base up the engine has as some image has them; only so can it use them again. */
export function presentLayers(diffIds: readonly string[], images: readonly EngineImage[]): number {
  const shared = images.map((image) => {
    const other = diffIds.findIndex((diffId, nth) => image.diffIds[nth] !== diffId)
    return other === -1 ? diffIds.length : other
  })
  return Math.max(0, ...shared)
}

/** All ways, the one with least to fetch first; that of the plain layers is last, whatever it costs, and always there. */
export async function waysByCost(
  wanted: WantedImage,
  blobs: BlobStore,
  finders: readonly WayFinder[],
  signal: AbortSignal,
): Promise<Way[]> {
  const plain: Way = { kind: 'layers', blobs: [], makes: new Set() }
  const plainBytes = bytesToFetch(wanted, plain, blobs)
  // There is nothing cheaper than nothing.
  const found = plainBytes === 0 ? [] : await Promise.all(finders.map((finder) => finder.find(wanted, signal)))
  const cheaper = found
    .flat()
    .map((way) => ({ way, bytes: bytesToFetch(wanted, way, blobs) }))
    .filter(({ bytes }) => bytes < plainBytes)
    .sort((a, b) => a.bytes - b.bytes)
  return [...cheaper.map(({ way }) => way), plain]
}

/** All blobs of a way, in the order in which they are fetched: with those of the layers that it does not make. */
export function blobsOf({ layers, presentLayers: present }: WantedImage, way: Way): Blob[] {
  const plain = layers.slice(present).filter(({ diffId }) => !doesMake(way, diffId))
  const all = [...(way.via ? viaBlobs(way.via.way) : []), ...way.blobs, ...plain.map(({ blob }) => blob)]
  return [...new Map(all.map((blob) => [blob.digest, blob])).values()]
}

export function doesMake({ makes }: Way, diffId: string): boolean {
  return makes === 'all' || makes.has(diffId)
}

/** Bytes of a blob that would have to come from far away. */
export function costOf(blob: Blob, blobs: Pick<BlobStore, 'bytesOf' | 'isFree'>): number {
  return blobs.isFree?.(blob) ? 0 : blob.sizeBytes - blobs.bytesOf(blob.digest)
}

function viaBlobs({ via, blobs }: Way): Blob[] {
  return [...(via ? viaBlobs(via.way) : []), ...blobs]
}

function bytesToFetch(wanted: WantedImage, way: Way, blobs: BlobStore): number {
  return blobsOf(wanted, way).reduce((sum, blob) => sum + costOf(blob, blobs), 0)
}
