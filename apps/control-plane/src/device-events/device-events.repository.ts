import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvent } from './device-event.entity.js'

export type NewDeviceEventRow = Omit<DeviceEvent, 'id' | 'receivedAt'>
export type FleetEventRow = Omit<NewDeviceEventRow, 'deviceId' | 'hardwareId' | 'number'>

@Injectable()
export class DeviceEventsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Events that a board numbered and that are stored already are left out. */
  async insert(transaction: Transaction, rows: NewDeviceEventRow[]): Promise<void> {
    if (rows.length === 0) return
    await transaction
      .createQueryBuilder()
      .insert()
      .into(DeviceEvent)
      .values(rows as never)
      .orIgnore()
      .updateEntity(false)
      .execute()
  }

  /** The same event for every device of a fleet, or for those that follow the fleet's release. */
  async insertForFleet(transaction: Transaction, row: FleetEventRow, only: 'all' | 'following'): Promise<void> {
    await transaction.query(
      `INSERT INTO device_events (device_id, fleet_id, at, kind, actor_kind, actor_id, actor_label, detail)
       SELECT id, fleet_id, $2, $3, $4, $5, $6, $7 FROM devices
       WHERE fleet_id = $1 AND ($8 = 'all' OR pinned_release_id IS NULL)`,
      [row.fleetId, row.at, row.kind, row.actorKind, row.actorId, row.actorLabel, row.detail, only],
    )
  }

  async lastNumber(transaction: Transaction, hardwareId: string): Promise<number> {
    const [row] = await transaction.query<{ last: number | null }[]>(
      'SELECT max(number)::float8 AS last FROM device_events WHERE hardware_id = $1 AND number IS NOT NULL',
      [hardwareId],
    )
    return row?.last ?? 0
  }

  /** Of the `limit` oldest events the last that came before then; undefined where none did. */
  async lastOfOldest(before: Date, limit: number): Promise<string | undefined> {
    // Ids grow as events come, so this reads no more than the first of them.
    const [row] = await this.source.query<{ last: string | null }[]>(
      `SELECT max(id) AS last FROM (SELECT id, received_at FROM device_events ORDER BY id LIMIT $2) AS oldest
       WHERE received_at < $1`,
      [before, limit],
    )
    return row?.last ?? undefined
  }

  async removeUpTo(id: string): Promise<void> {
    await this.source.query('DELETE FROM device_events WHERE id <= $1', [id])
  }

  /** Newest first, older than `before` (an event id). */
  page(deviceId: string, limit: number, before: string | undefined): Promise<DeviceEvent[]> {
    const query = this.source
      .getRepository(DeviceEvent)
      .createQueryBuilder('event')
      .where('event.deviceId = :deviceId', { deviceId })
      .orderBy('event.id', 'DESC')
      .limit(limit)
    if (before !== undefined) query.andWhere('event.id < :before', { before })
    return query.getMany()
  }
}
