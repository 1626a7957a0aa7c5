import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import type { TimeCursor } from '../http/cursor-keys.js'
import { Hardware } from './hardware.entity.js'

export type BoardDescription = Pick<Hardware, 'platform' | 'deviceType' | 'serialNumber' | 'memoryBytes'>
// With registeredAt's microseconds, for cursors.
export type HardwareRow = Hardware & { position: string }

const SELECT = `
  SELECT id, uuid, device_id AS "deviceId", public_key AS "publicKey", platform, device_type AS "deviceType",
    serial_number AS "serialNumber", memory_bytes AS "memoryBytes", active, registered_at AS "registeredAt",
    retired_at AS "retiredAt", registered_at::text AS position
  FROM hardware`

@Injectable()
export class HardwareRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async findByUuid(uuid: string, reader: EntityManager = this.source.manager): Promise<HardwareRow | undefined> {
    const [row] = await reader.query<HardwareRow[]>(`${SELECT} WHERE uuid = $1`, [uuid])
    return row
  }

  /** Makes registrations of one board take turns until the transaction ends, also before it has a row. */
  async lockUuid(transaction: Transaction, uuid: string): Promise<void> {
    await transaction.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 714052602))', [uuid])
  }

  async insert(
    transaction: Transaction,
    hardware: Omit<Hardware, 'active' | 'registeredAt' | 'retiredAt'>,
  ): Promise<void> {
    await transaction.insert(Hardware, hardware)
  }

  async describe(transaction: Transaction, id: string, description: BoardDescription): Promise<void> {
    await transaction.update(Hardware, { id }, description)
  }

  /** Newest first. */
  history(deviceId: string, limit: number, after: TimeCursor | undefined): Promise<HardwareRow[]> {
    return this.source.query(
      `${SELECT} WHERE device_id = $1 AND ($2::timestamptz IS NULL OR (registered_at, id) < ($2, $3::uuid))
       ORDER BY registered_at DESC, id DESC LIMIT $4`,
      [deviceId, after?.at, after?.id, limit],
    )
  }
}
