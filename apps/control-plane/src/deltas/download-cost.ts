import type { DeltaDescription, DownloadWay } from '@flotilla/contracts'
import { cheapestPaths } from './cheapest-paths.js'
import { type CountedImage, plainBytes } from './missing-layers.js'

export interface ServiceImage extends CountedImage {
  service: string
}

export interface ImageCost {
  service: string
  digest: string
  way: DownloadWay
  bytes: number
  plainBytes: number
  // Where the way is delta.
  deltas?: number
}

/**
 * What a device that has some images fetches for those of a release, by the cheapest way to each. Images are taken one
 * after the other, so that a layer which two of them share is counted once.
 */
export function downloadCosts(
  images: readonly ServiceImage[],
  have: readonly CountedImage[],
  deltas: readonly DeltaDescription[],
): ImageCost[] {
  const inEngine = [...have]
  return images.map((image) => {
    const cost = costOf(image, inEngine, deltas)
    inEngine.push(image)
    return { service: image.service, digest: image.digest, ...cost }
  })
}

function costOf(
  image: CountedImage,
  have: readonly CountedImage[],
  deltas: readonly DeltaDescription[],
): Pick<ImageCost, 'way' | 'bytes' | 'plainBytes' | 'deltas'> {
  const plain = plainBytes(image, have)
  if (plain === 0) return { way: 'nothing', bytes: 0, plainBytes: 0 }
  const journey = { have: have.map(({ digest }) => digest), to: image.digest, belowBytes: plain }
  const [path] = cheapestPaths(deltas, journey)
  if (path) return { way: 'delta', bytes: path.bytes, plainBytes: plain, deltas: path.deltas.length }
  return { way: 'layers', bytes: plain, plainBytes: plain }
}
