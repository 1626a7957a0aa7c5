import { z } from 'zod'
import { DigestSchema } from '../names.js'

/*
 * How an image reaches a device. Its identity is its content: the digest of its config, which names each layer by the
 * digest of its tar (diffId). The blobs of the registry, deltas, neighbours and bundles are but ways to that content.
 */

/** One layer, as the registry's manifest and the image's config name it. */
export const ImageLayerSchema = z.object({
  // Of the uncompressed tar.
  diffId: DigestSchema,
  // Of the blob in the registry, and its size.
  digest: DigestSchema,
  sizeBytes: z.int().nonnegative(),
  mediaType: z.string().max(128).optional(),
  // Of the uncompressed tar; absent: unknown.
  tarBytes: z.int().nonnegative().optional(),
})
export type ImageLayer = z.infer<typeof ImageLayerSchema>

/** What turns one image that a device has into another: a blob in the repository of the image that it makes. */
export const DeltaDescriptionSchema = z.object({
  // Manifest digests.
  from: DigestSchema,
  to: DigestSchema,
  // Of the delta itself.
  digest: DigestSchema,
  sizeBytes: z.int().positive(),
})
export type DeltaDescription = z.infer<typeof DeltaDescriptionSchema>

/** POST DEVICE_ROUTES.imageSources: is there a cheaper way to this image for a device that has those? */
export const ImageSourcesRequestSchema = z.object({
  // Manifest digest, as in the target.
  image: DigestSchema,
  // Manifest digests of images that the device can read from, its best guess first.
  have: z.array(DigestSchema).max(64),
})
export type ImageSourcesRequest = z.infer<typeof ImageSourcesRequestSchema>

export const ImageSourcesResponseSchema = z.object({
  // Each leads from an image that the device has to the one wanted, one delta after the other; the cheapest first.
  paths: z.array(z.object({ deltas: z.array(DeltaDescriptionSchema).min(1).max(8) })).max(8),
  // A delta is being made: ask again after so long. Absent: none is.
  pending: z.object({ retryAfterSeconds: z.int().positive() }).optional(),
})
export type ImageSourcesResponse = z.infer<typeof ImageSourcesResponseSchema>
