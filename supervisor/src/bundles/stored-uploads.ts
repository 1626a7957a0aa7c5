import { BundleUploadIdSchema } from '@flotilla/contracts'
import { z } from 'zod'

/** A bundle that was sent to this board, whole or not. */
export const StoredUploadSchema = z.object({
  // Name of its file on this disk.
  key: z.uuid(),
  // As whoever sends it calls it.
  id: BundleUploadIdSchema,
  // As BundleFile.name.
  name: z.string(),
  sizeBytes: z.int().positive(),
  // Safe from a power cut.
  keptBytes: z.int().nonnegative(),
  way: z.enum(['local-api', 'lan']),
  // When it began.
  at: z.object({ boot: z.string(), monotonicMs: z.number() }),
})
export type StoredUpload = z.infer<typeof StoredUploadSchema>

export const StoredUploadsSchema = z.array(StoredUploadSchema)
