import { createHash } from 'node:crypto'
import type { ImageDocuments } from './image-documents.js'
import type { ManifestDocument } from './local-registry.js'
import { tarDescriptor, type Descriptor } from './manifest.js'

/** How the engine is told of an image: its layers under the digests by which it knows them, or will. */
export interface LocalImage {
  manifest: ManifestDocument
  // From the base up.
  descriptors: Descriptor[]
}

/**
 * `tars`: diffId → bytes, of layers that the engine has as a tar or is to get as one. All others have the registry's
 * digests, so that an image of such layers alone is byte for byte the registry's.
 */
export function localImage(image: ImageDocuments, tars: ReadonlyMap<string, number>): LocalImage {
  const { manifest, document } = image
  const descriptors = manifest.layers.map((layer, nth) => {
    const diffId = image.layers[nth]?.diffId ?? ''
    const tarBytes = tars.get(diffId)
    return tarBytes === undefined ? layer : tarDescriptor(manifest, diffId, tarBytes)
  })
  if (descriptors.every((descriptor, nth) => descriptor === manifest.layers[nth])) {
    return { manifest: document, descriptors }
  }
  const { mediaType } = document
  const body = { schemaVersion: 2, mediaType, config: manifest.config, layers: descriptors }
  const bytes = Buffer.from(JSON.stringify(body))
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  return { manifest: { digest, mediaType, bytes }, descriptors }
}
