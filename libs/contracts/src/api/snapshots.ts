import { z } from 'zod'
import { SnapshotUploadSchema } from '../device/snapshots.js'
import { TimestampSchema } from '../names.js'

/** A copy of a device's volume in the control plane's object storage. */
export const UploadedSnapshotSchema = SnapshotUploadSchema.extend({
  id: z.string(),
  status: z.enum(['uploading', 'stored']),
  receivedBytes: z.int().nonnegative(),
  startedAt: TimestampSchema,
  storedAt: TimestampSchema.optional(),
}).meta({ id: 'UploadedSnapshot' })
export type UploadedSnapshot = z.infer<typeof UploadedSnapshotSchema>

/** Newest first. Each volume keeps a few, so they come in one answer. */
export const UploadedSnapshotsSchema = z
  .object({ items: z.array(UploadedSnapshotSchema) })
  .meta({ id: 'UploadedSnapshots' })
export type UploadedSnapshots = z.infer<typeof UploadedSnapshotsSchema>
