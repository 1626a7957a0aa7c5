import type { SnapshotUpload, StoredUpload, UploadedSnapshot } from '@flotilla/contracts'
import type { SnapshotRow } from './uploaded-snapshots.repository.js'

export function presentSnapshot(row: SnapshotRow, receivedBytes: number): UploadedSnapshot {
  return {
    id: row.id,
    ...facts(row),
    status: row.storedAt ? 'stored' : 'uploading',
    receivedBytes,
    startedAt: row.startedAt.toISOString(),
    ...(row.storedAt && { storedAt: row.storedAt.toISOString() }),
  }
}

/** For the device itself, with the key. Undefined while it is being sent. */
export function describeForDevice(row: SnapshotRow): StoredUpload | undefined {
  if (row.bytes === null || row.digest === null) return undefined
  return { ...facts(row), key: row.key.toString('base64url'), bytes: row.bytes, digest: row.digest }
}

function facts({ appId, volume, cause, releaseId, takenAt, sizeBytes }: SnapshotRow): SnapshotUpload {
  return {
    ...{ appId, volume, cause, at: takenAt.toISOString() },
    ...(releaseId !== null && { releaseId }),
    ...(sizeBytes !== null && { sizeBytes }),
  }
}
