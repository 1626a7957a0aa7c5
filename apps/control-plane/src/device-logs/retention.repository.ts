import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { Transaction } from '../database/transactions.js'

@Injectable()
export class RetentionRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async devicesWithMoreThan(lines: number): Promise<string[]> {
    const rows = await this.source.query<{ id: string }[]>(
      'SELECT device_id AS id FROM device_log_positions GROUP BY device_id HAVING sum(kept) > $1',
      [lines],
    )
    return rows.map((row) => row.id)
  }

  /** Devices that are gone, while their logs are not. */
  async deletedDevices(): Promise<string[]> {
    const rows = await this.source.query<{ id: string }[]>(
      `SELECT DISTINCT p.device_id AS id FROM device_log_positions p
       WHERE NOT EXISTS (SELECT FROM devices d WHERE d.id = p.device_id)`,
    )
    return rows.map((row) => row.id)
  }

  /** The newest line that is not among the newest `keep` of the device. */
  async lastBeyond(deviceId: string, keep: number): Promise<string | undefined> {
    const [row] = await this.source.query<{ id: string }[]>(
      'SELECT id FROM device_logs WHERE device_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1',
      [deviceId, keep],
    )
    return row?.id
  }

  /** The oldest lines of a device up to that one, at most `limit`; gives how many it removed. */
  async removeOldest(deviceId: string, last: string, limit: number): Promise<number> {
    const [, count] = await this.source.query<[unknown, number]>(
      `DELETE FROM device_logs WHERE device_id = $1 AND id = ANY(ARRAY(
         SELECT id FROM device_logs WHERE device_id = $1 AND id <= $2 ORDER BY id LIMIT $3))`,
      [deviceId, last, limit],
    )
    return count
  }

  /** What is kept of the device, by counting it. */
  async recount(transaction: Transaction, deviceId: string): Promise<void> {
    // No batch of the device may come in between.
    await transaction.query('SELECT FROM device_log_positions WHERE device_id = $1 ORDER BY hardware_id FOR UPDATE', [
      deviceId,
    ])
    await transaction.query(
      `UPDATE device_log_positions p SET kept =
         (SELECT count(*) FROM device_logs l WHERE l.device_id = $1 AND l.hardware_id = p.hardware_id)
       WHERE p.device_id = $1`,
      [deviceId],
    )
  }

  async forget(deviceId: string): Promise<void> {
    await this.source.query('DELETE FROM device_log_positions WHERE device_id = $1', [deviceId])
  }
}
