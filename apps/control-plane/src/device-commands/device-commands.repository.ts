import type { DeviceCommandState } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import type { TimeCursor } from '../http/cursor-keys.js'
import { DeviceCommand } from './device-command.entity.js'

export type NewCommand = Omit<DeviceCommand, 'state' | 'detail' | 'createdAt' | 'deliveredAt' | 'endedAt'>

export interface CommandFilter {
  deviceId: string
  // Those that are not over yet, or the others.
  open?: boolean
}

export interface CommandEnd {
  state: Exclude<DeviceCommandState, 'waiting' | 'delivered'>
  detail?: string
}

@Injectable()
export class DeviceCommandsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  find(id: string, deviceId: string, reader: EntityManager = this.source.manager): Promise<DeviceCommand | null> {
    return reader.findOneBy(DeviceCommand, { id, deviceId })
  }

  /** The command, which nobody else changes until the transaction ends. */
  async lock(transaction: Transaction, id: string, deviceId: string): Promise<DeviceCommand | null> {
    await transaction.query('SELECT FROM device_commands WHERE id = $1 FOR UPDATE', [id])
    return this.find(id, deviceId, transaction)
  }

  /** Newest first. `position` is createdAt with its microseconds, for cursors. */
  async page({ deviceId, open }: CommandFilter, limit: number, before: TimeCursor | undefined) {
    const query = this.source
      .getRepository(DeviceCommand)
      .createQueryBuilder('c')
      .addSelect('c.created_at::text', 'position')
      .where('c.deviceId = :deviceId', { deviceId })
      .orderBy('c.created_at', 'DESC')
      .addOrderBy('c.id', 'DESC')
      .limit(limit)
    if (open === true) query.andWhere('c.ended_at IS NULL AND c.expires_at > now()')
    if (open === false) query.andWhere('(c.ended_at IS NOT NULL OR c.expires_at <= now())')
    if (before) query.andWhere('(c.created_at, c.id) < (:at::timestamptz, :id::uuid)', { at: before.at, id: before.id })
    const { entities, raw } = await query.getRawAndEntities<{ position: string }>()
    return entities.map((command, at) => ({ command, position: raw[at]?.position ?? '' }))
  }

  /** What a device should fetch, the oldest first: also what it has fetched before, as the answer may have been lost. */
  open(deviceId: string, limit: number): Promise<DeviceCommand[]> {
    return this.source
      .getRepository(DeviceCommand)
      .createQueryBuilder('c')
      .where('c.device_id = :deviceId AND c.ended_at IS NULL AND c.expires_at > now()', { deviceId })
      .orderBy('c.created_at')
      .limit(limit)
      .getMany()
  }

  async countOpen(transaction: Transaction, deviceId: string): Promise<number> {
    const [row] = await transaction.query<{ count: number }[]>(
      'SELECT count(*)::int FROM device_commands WHERE device_id = $1 AND ended_at IS NULL AND expires_at > now()',
      [deviceId],
    )
    return row?.count ?? 0
  }

  /** Those of the devices that have something to fetch. */
  async devicesWithOpen(deviceIds: string[]): Promise<string[]> {
    const rows = await this.source.query<{ id: string }[]>(
      `SELECT DISTINCT device_id AS id FROM device_commands
       WHERE device_id = ANY($1::uuid[]) AND ended_at IS NULL AND expires_at > now()`,
      [deviceIds],
    )
    return rows.map((row) => row.id)
  }

  async insert(transaction: Transaction, command: NewCommand): Promise<void> {
    await transaction.insert(DeviceCommand, command)
  }

  /** False where the device had fetched all of them before, or they are over. */
  async markDelivered(transaction: Transaction, ids: string[]): Promise<boolean> {
    const [, count] = await transaction.query<[unknown, number]>(
      `UPDATE device_commands SET state = 'delivered', delivered_at = now()
       WHERE id = ANY($1::uuid[]) AND state = 'waiting'`,
      [ids],
    )
    return count > 0
  }

  async end(transaction: Transaction, id: string, { state, detail }: CommandEnd): Promise<void> {
    await transaction.query(
      `UPDATE device_commands SET state = $2, detail = $3, ended_at = now(),
         delivered_at = CASE WHEN $2 IN ('done', 'failed', 'refused') THEN coalesce(delivered_at, now())
           ELSE delivered_at END
       WHERE id = $1`,
      [id, state, detail ?? null],
    )
  }
}
