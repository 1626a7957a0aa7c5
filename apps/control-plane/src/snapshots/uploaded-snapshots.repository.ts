import type { SnapshotUpload } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { Transaction } from '../database/transactions.js'

export interface SnapshotRow {
  deviceId: string
  id: string
  appId: string
  volume: string
  cause: SnapshotUpload['cause']
  releaseId: string | null
  takenAt: Date
  sizeBytes: number | null
  object: string
  key: Buffer
  startedAt: Date
  // Null, all three: it is being sent.
  storedAt: Date | null
  bytes: number | null
  digest: string | null
}

const COLUMNS = `device_id AS "deviceId", id, app_id AS "appId", volume, cause, release_id AS "releaseId",
  taken_at AS "takenAt", size_bytes::float8 AS "sizeBytes", object, key, started_at AS "startedAt",
  stored_at AS "storedAt", bytes::float8 AS bytes, digest`

@Injectable()
export class UploadedSnapshotsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async find(deviceId: string, id: string): Promise<SnapshotRow | undefined> {
    const [row] = await this.source.query<SnapshotRow[]>(
      `SELECT ${COLUMNS} FROM uploaded_snapshots WHERE device_id = $1 AND id = $2`,
      [deviceId, id],
    )
    return row
  }

  /** Newest first. */
  ofDevice(deviceId: string): Promise<SnapshotRow[]> {
    return this.source.query(
      `SELECT ${COLUMNS} FROM uploaded_snapshots WHERE device_id = $1 ORDER BY taken_at DESC, id DESC`,
      [deviceId],
    )
  }

  /** Does nothing where there is one of that id. */
  async insert(row: Pick<SnapshotRow, 'deviceId' | 'id' | 'object' | 'key'> & SnapshotUpload) {
    const { deviceId, id, appId, volume, cause, releaseId, at, sizeBytes, object, key } = row
    await this.source.query(
      `INSERT INTO uploaded_snapshots
         (device_id, id, app_id, volume, cause, release_id, taken_at, size_bytes, object, key)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
      [deviceId, id, appId, volume, cause, releaseId, at, sizeBytes, object, key],
    )
  }

  /** False where it was stored, or replaced, in the meantime. */
  async finish(
    transaction: Transaction,
    object: string,
    { bytes, digest }: { bytes: number; digest: string },
  ): Promise<boolean> {
    const [rows] = await transaction.query<[unknown[], number]>(
      `UPDATE uploaded_snapshots SET stored_at = now(), bytes = $2, digest = $3
       WHERE object = $1 AND stored_at IS NULL RETURNING 1`,
      [object, bytes, digest],
    )
    return rows.length > 0
  }

  async delete(transaction: Transaction, objects: string[]): Promise<void> {
    await transaction.query('DELETE FROM uploaded_snapshots WHERE object = ANY($1::text[])', [objects])
  }

  /** What is left of those objects that some row still speaks of. */
  async known(objects: string[]): Promise<Set<string>> {
    const rows = await this.source.query<{ object: string }[]>(
      'SELECT object FROM uploaded_snapshots WHERE object = ANY($1::text[])',
      [objects],
    )
    return new Set(rows.map((row) => row.object))
  }

  unfinishedSince(moment: Date): Promise<SnapshotRow[]> {
    return this.source.query(`SELECT ${COLUMNS} FROM uploaded_snapshots WHERE stored_at IS NULL AND started_at < $1`, [
      moment,
    ])
  }
}
