import type { SnapshotUpload, SnapshotUploadResponse, StoredUpload } from '@flotilla/contracts'

/** What the control plane does with sealed snapshots. Every call may throw CloudError, and may be repeated. */
export interface SnapshotCloud {
  begin(id: string, upload: SnapshotUpload): Promise<SnapshotUploadResponse>
  /** With the last bytes comes what is known of the whole. */
  append(id: string, bytes: Buffer, offset: number, whole?: { bytes: number; digest: string }): Promise<void>
  describe(id: string): Promise<StoredUpload>
  /** From `offset` on, at most so many. */
  read(id: string, offset: number, length: number): Promise<Buffer>
}
