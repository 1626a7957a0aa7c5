import type { Bundle, BundleBlob, DeltaDescription, Platform } from '@flotilla/contracts'
import { type FleetImage, missingLayers, type RegistryImage } from '../deltas/index.js'

/** One image of the release, with where it lies. */
export interface BundleImage extends RegistryImage {
  service: string
  platform: Platform
  // host/repository, as targets name it.
  repository: string
}

/** What the boards are taken to have. */
export interface Beginnings {
  releaseIds: readonly string[]
  // Of those releases.
  images: readonly FleetImage[]
  // From those images.
  deltas: readonly DeltaDescription[]
}

/**
 * What goes into a bundle: every image whole, or, where the boards have one to begin with, what leads from there: deltas,
 * and the layers that no delta makes needless.
 */
export function bundleContents(
  images: readonly BundleImage[],
  beginnings?: Beginnings,
): Pick<Bundle, 'images' | 'deltas' | 'blobs'> {
  const layers = images.map((image) => ({ image, needed: neededLayers(image, beginnings) }))
  const digests = new Set(layers.flatMap(({ needed }) => [...needed].map(({ digest }) => digest)))
  const whole = images.filter((image) => image.layers.every(({ digest }) => digests.has(digest)))
  const into = new Set(images.map(({ manifest }) => manifest.digest))
  const deltas = beginnings?.deltas.filter(({ to }) => into.has(to)) ?? []
  const blobs: BundleBlob[] = [
    ...images.map(({ manifest }) => ({ ...manifest, kind: 'manifest' as const })),
    ...images.map(({ config }) => ({ ...config, kind: 'config' as const })),
    ...layers.flatMap(({ needed }) =>
      needed.map(({ digest, sizeBytes }) => ({ digest, sizeBytes, kind: 'layer' as const })),
    ),
    ...deltas.map(({ digest, sizeBytes }) => ({ digest, sizeBytes, kind: 'delta' as const })),
  ]
  return { images: onlyOnce(whole.map(named)), deltas, blobs: onlyOnce(blobs) }
}

/** From the base up. */
function neededLayers(image: BundleImage, beginnings: Beginnings | undefined): BundleImage['layers'] {
  if (!beginnings) return image.layers
  const needed = new Set<string>()
  for (const releaseId of beginnings.releaseIds) {
    for (const { diffId } of neededFrom(image, releaseId, beginnings)) needed.add(diffId)
  }
  return image.layers.filter(({ diffId }) => needed.has(diffId))
}

/** What a board lacks that runs this release. */
function neededFrom(image: BundleImage, releaseId: string, { images, deltas }: Beginnings): BundleImage['layers'] {
  const { digest } = image.manifest
  const own = images.filter((each) => each.releaseId === releaseId && each.platform === image.platform)
  const hasWay = own.some(
    (from) => from.digest === digest || deltas.some((delta) => delta.from === from.digest && delta.to === digest),
  )
  if (hasWay) return []
  const counted = { digest, sizeBytes: 0, layers: image.layers }
  return [...(missingLayers(counted, own) ?? image.layers)]
}

function named({ repository, manifest, platform }: BundleImage): Bundle['images'][number] {
  return { repository, digest: manifest.digest, platform }
}

/** Services may share images, and images layers. */
function onlyOnce<T extends { digest: string }>(things: readonly T[]): T[] {
  return [...new Map(things.map((thing) => [thing.digest, thing])).values()]
}
