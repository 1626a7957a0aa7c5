import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import type { LogRow } from './device-log-rows.js'

export type StoredLogRow = LogRow & { id: string }

export interface LogSource {
  deviceId: string
  hardwareId: string
}

export interface LogRange {
  deviceId: string
  service?: string
  // Exclusive; line ids.
  before?: string
  after?: string
  limit: number
}

const COLUMNS = 'id, number::float8 AS number, at, service, stream, text, truncated'

@Injectable()
export class DeviceLogsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Up to which line the board's log is stored; batches of one board take turns from here on. */
  async lockPosition(transaction: Transaction, { deviceId, hardwareId }: LogSource): Promise<number> {
    const [row] = await transaction.query<{ stored: number }[]>(
      `INSERT INTO device_log_positions (hardware_id, device_id) VALUES ($1, $2)
       ON CONFLICT (hardware_id) DO UPDATE SET device_id = $2 RETURNING stored::float8 AS stored`,
      [hardwareId, deviceId],
    )
    return row?.stored ?? 0
  }

  /** Lines that are stored already are left out; gives how many were not. */
  async insert(transaction: Transaction, { deviceId, hardwareId }: LogSource, rows: LogRow[]): Promise<number> {
    if (rows.length === 0) return 0
    const made = await transaction.query<unknown[]>(
      // Ids are given in the order of the lines, whatever order they came in.
      `INSERT INTO device_logs (device_id, hardware_id, number, at, service, stream, text, truncated)
       SELECT $1, $2, * FROM unnest($3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::bool[])
         AS line (number, at, service, stream, text, truncated)
       ORDER BY number
       ON CONFLICT (hardware_id, number) DO NOTHING RETURNING 1`,
      [
        deviceId,
        hardwareId,
        rows.map((row) => row.number),
        rows.map((row) => row.at),
        rows.map((row) => row.service),
        rows.map((row) => row.stream),
        rows.map((row) => row.text),
        rows.map((row) => row.truncated),
      ],
    )
    return made.length
  }

  /** Gives up to which line the log is stored now. */
  async movePosition(
    transaction: Transaction,
    hardwareId: string,
    by: { last: number; kept: number; dropped: number },
  ): Promise<number> {
    const [[row]] = await transaction.query<[{ stored: number }[], number]>(
      `UPDATE device_log_positions SET stored = greatest(stored, $2), kept = kept + $3, dropped = dropped + $4
       WHERE hardware_id = $1 RETURNING stored::float8 AS stored`,
      [hardwareId, by.last, by.kept, by.dropped],
    )
    return row?.stored ?? 0
  }

  /** The newest lines of a range, oldest first; with `after` the ones that follow it. */
  async read({ deviceId, service, before, after, limit }: LogRange): Promise<StoredLogRow[]> {
    const forward = after !== undefined
    const rows = await this.source.query<StoredLogRow[]>(
      `SELECT ${COLUMNS} FROM device_logs WHERE device_id = $1
         ${service === undefined ? 'AND $2::text IS NULL' : 'AND service = $2'}
         AND id > coalesce($3::bigint, 0) AND id < coalesce($4::bigint, 9223372036854775807)
       ORDER BY id ${forward ? 'ASC' : 'DESC'} LIMIT $5`,
      [deviceId, service, after, before, limit],
    )
    return forward ? rows : rows.reverse()
  }

  async lastId(deviceId: string): Promise<string> {
    const [row] = await this.source.query<{ last: string | null }[]>(
      'SELECT max(id) AS last FROM device_logs WHERE device_id = $1',
      [deviceId],
    )
    return row?.last ?? '0'
  }
}
