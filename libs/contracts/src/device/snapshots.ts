import { z } from 'zod'
import { TimestampSchema } from '../names.js'

/** A copy of a volume on the device, as it reports it. */
export const SnapshotStateSchema = z.object({
  // Key of the app's volume.
  volume: z.string(),
  at: TimestampSchema,
  // update: taken before a switch, kept until the release is confirmed. manual: kept until somebody removes it.
  cause: z.enum(['update', 'manual', 'schedule']),
  releaseId: z.uuid().optional(),
  // How it was made: sharing blocks, or copied.
  method: z.enum(['reflink', 'copy']).optional(),
  sizeBytes: z.int().nonnegative().optional(),
  uploaded: z.boolean().optional(),
})
export type SnapshotState = z.infer<typeof SnapshotStateSchema>
