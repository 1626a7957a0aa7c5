import type { ImageLayer } from '@flotilla/contracts'

/** An image as the cost of getting it is counted. */
export interface CountedImage {
  digest: string
  // Compressed, over all layers.
  sizeBytes: number
  // From the base up; null: not known, so that nothing of it counts as shared.
  layers: readonly ImageLayer[] | null
}

/** The layers that an engine with those images lacks: an engine shares layers from the base up to the first that differs. */
export function missingLayers(image: CountedImage, have: readonly CountedImage[]): readonly ImageLayer[] | null {
  const { layers } = image
  if (layers === null) return null
  const shared = have.map((other) => sharedLayers(layers, other.layers ?? []))
  return layers.slice(Math.max(0, ...shared))
}

/** Bytes of those layers, as the registry has them. */
export function plainBytes(image: CountedImage, have: readonly CountedImage[]): number {
  if (have.some(({ digest }) => digest === image.digest)) return 0
  const missing = missingLayers(image, have)
  return missing === null ? image.sizeBytes : missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function sharedLayers(layers: readonly ImageLayer[], others: readonly ImageLayer[]): number {
  const differs = layers.findIndex(({ diffId }, at) => others[at]?.diffId !== diffId)
  return differs < 0 ? layers.length : differs
}
