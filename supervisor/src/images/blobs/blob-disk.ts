/**
 * One folder on the device's disk. What was written is safe from a power cut once the file is synced, and the names of
 * files once the folder is; until then a cut may leave any part of it, or none.
 */
export interface BlobDisk {
  list(): Promise<DiskFile[]>
  /** For reading and writing. */
  open(name: string): Promise<BlobFile | undefined>
  /** An empty one, in place of what there was. */
  create(name: string): Promise<BlobFile>
  /** In place of what had the other name. */
  rename(from: string, to: string): Promise<void>
  /** What is not there counts as removed. */
  remove(name: string): Promise<void>
  /** Makes the names durable. */
  syncNames(): Promise<void>
  path(name: string): string
}

export interface DiskFile {
  name: string
  bytes: number
  // Milliseconds since the epoch, by the board's clock.
  changedAt: number
}

export interface BlobFile {
  size(): Promise<number>
  /** All of it; what lies before the position and was never written is zeros. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Fills `into` as far as the file goes; gives how many bytes. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Makes content and length durable. */
  sync(): Promise<void>
  close(): Promise<void>
}
