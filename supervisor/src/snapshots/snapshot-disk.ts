import { z } from 'zod'

/*
 * The port to copies of volumes on this machine's disk. Each call may be repeated, and each may be cut by the power at
 * any instruction: a snapshot is there whole or not at all, and a volume always has its data.
 */

/** What is kept beside each copy. Files of older supervisors are read for ever: new members are optional. */
export const StoredSnapshotSchema = z.object({
  id: z.string(),
  appId: z.uuid(),
  // Key of the app's volume, and its name in the engine.
  volume: z.string(),
  volumeName: z.string(),
  cause: z.enum(['update', 'manual', 'schedule']),
  releaseId: z.uuid().optional(),
  method: z.enum(['reflink', 'copy']),
  // What the files take on the disk, holes left out.
  bytes: z.int().nonnegative(),
  // Milliseconds since the epoch, by the board's clock.
  at: z.number(),
  // The control plane has it too.
  uploaded: z.boolean().optional(),
  // It is to be sent there.
  uploadWanted: z.boolean().optional(),
})
export type StoredSnapshot = z.infer<typeof StoredSnapshotSchema>

/** Of which volume, and why; the rest of a StoredSnapshot is found out by making it. */
export type SnapshotOrder = Omit<StoredSnapshot, 'method' | 'bytes' | keyof SnapshotNotes>

/** What may become of a snapshot after it was made. */
export type SnapshotNotes = Pick<StoredSnapshot, 'uploaded' | 'uploadWanted'>

export interface SnapshotLimits {
  // Largest volume that is copied where the disk cannot share blocks.
  maxBytes: number
  // Free space that stays free.
  reserveBytes: number
}

export interface SnapshotDisk {
  /**
   * After a start: finishes or undoes what a power cut left half done in these volumes (paths of their data), and
   * clears away half-made copies. Must end before anything else of this port is used.
   */
  recover(volumePaths: readonly string[]): Promise<void>
  /** Gives the snapshot of this id where there is one already. */
  create(order: SnapshotOrder, volumePath: string, limits: SnapshotLimits): Promise<StoredSnapshot>
  list(): Promise<StoredSnapshot[]>
  /** Puts the copy in the place of the volume's files. Nothing may run on the volume. */
  restore(id: string, volumePath: string): Promise<void>
  remove(id: string): Promise<void>
  /** The files as one stream, tar and gzip: the same bytes each time. */
  pack(id: string): AsyncIterable<Buffer>
  /** Makes a snapshot of such a stream, wherever it comes from. */
  unpack(order: SnapshotOrder, source: AsyncIterable<Buffer>): Promise<StoredSnapshot>
  /** Room for what is being downloaded, which outlasts a restart. */
  download(id: string): Promise<Download>
  note(id: string, notes: SnapshotNotes): Promise<void>
}

export interface Download {
  size(): Promise<number>
  append(bytes: Buffer): Promise<void>
  read(): AsyncIterable<Buffer>
  remove(): Promise<void>
  /** On the disk that it is on. */
  freeBytes(): Promise<number>
}
