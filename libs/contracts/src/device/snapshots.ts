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

/*
 * Uploads. What travels and is stored is sealed text, made in this way from the snapshot's files: tar, gzip, cut into
 * pieces of SNAPSHOT_PIECE_BYTES (the last may be shorter, and is empty where there is nothing left), and each piece
 * sealed by itself, so that an upload goes on at any byte and both sides need memory for one piece only:
 *
 *   nonce (12 bytes) ‖ AES-256-GCM of the piece ‖ tag (16 bytes)
 *
 * The additional data is snapshotPieceLabel(): pieces can be neither reordered nor left out, nor the end cut off.
 */
export const SNAPSHOT_PIECE_BYTES = 256 * 1024
export const SNAPSHOT_SEAL_BYTES = 12 + 16

export function snapshotPieceLabel(index: number, isLast: boolean): string {
  return `flotilla-snapshot-v1\n${index}\n${isLast ? 'last' : 'more'}`
}

/** Ids come from boards, and become names of files. */
export const SnapshotIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'not an id of a snapshot')

/** POST `DEVICE_ROUTES.snapshots/<id>`: what is going to be sent. A repeated one finds out how far it came. */
export const SnapshotUploadSchema = SnapshotStateSchema.pick({
  volume: true,
  at: true,
  cause: true,
  releaseId: true,
  sizeBytes: true,
}).extend({ appId: z.uuid() })
export type SnapshotUpload = z.infer<typeof SnapshotUploadSchema>

const SnapshotKeySchema = z.base64url().length(43)

export const SnapshotUploadResponseSchema = z.object({
  // Made by the control plane for this one snapshot; 32 bytes.
  key: SnapshotKeySchema,
  // Bytes of sealed text that are stored.
  received: z.int().nonnegative(),
  // All of it is there.
  complete: z.boolean(),
})
export type SnapshotUploadResponse = z.infer<typeof SnapshotUploadResponseSchema>

/** Header of answers to PUT and HEAD: bytes of sealed text that are stored. */
export const SNAPSHOT_RECEIVED_HEADER = 'flotilla-received'
/** Header of the last PUT, and of the answer to GET: SHA-256 of the whole sealed text in hex. */
export const SNAPSHOT_DIGEST_HEADER = 'flotilla-digest'

/** GET `DEVICE_ROUTES.snapshots/<id>/description`: what a board needs to make the files again. */
export const StoredUploadSchema = SnapshotUploadSchema.extend({
  key: SnapshotKeySchema,
  bytes: z.int().positive(),
  // Hex.
  digest: z.string().regex(/^[0-9a-f]{64}$/),
})
export type StoredUpload = z.infer<typeof StoredUploadSchema>
