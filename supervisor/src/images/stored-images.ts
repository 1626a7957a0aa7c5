import { DigestSchema } from '@flotilla/contracts'
import { z } from 'zod'

/** What the image store knows beside what is in the engine and in the blob store. */
export const StoredImagesSchema = z.object({
  // By image (repository@digest), of those that are on their way: the blobs that are there for them.
  downloads: z.record(z.string(), z.array(DigestSchema)),
  // Layers by diffId that the engine got as a tar, which is how it knows them, with its bytes.
  tars: z.record(z.string(), z.int().nonnegative()),
  // Blobs that the engine no longer needs and neighbours may, with the time (by the board's clock) since which that is so.
  lent: z.record(z.string(), z.number()).default({}),
})
export type StoredImages = z.infer<typeof StoredImagesSchema>

export const NO_IMAGES: StoredImages = { downloads: {}, tars: {}, lent: {} }
