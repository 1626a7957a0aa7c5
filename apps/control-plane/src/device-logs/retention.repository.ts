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

  async removeAll(deviceId: string): Promise<number> {
    const [, count] = await this.source.query<[unknown, number]>('DELETE FROM device_logs WHERE device_id = $1', [
      deviceId,
    ])
    await this.source.query('DELETE FROM device_log_positions WHERE device_id = $1', [deviceId])
    return count
  }

  async removeOldest(transaction: Transaction, deviceId: string, keep: number): Promise<number> {
    // No batch of the device may come in between the removal and the count.
    await transaction.query('SELECT FROM device_log_positions WHERE device_id = $1 ORDER BY hardware_id FOR UPDATE', [
      deviceId,
    ])
    const [, count] = await transaction.query<[unknown, number]>(
      `DELETE FROM device_logs WHERE device_id = $1 AND id <=
         (SELECT id FROM device_logs WHERE device_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`,
      [deviceId, keep],
    )
    await transaction.query(
      `UPDATE device_log_positions p SET kept =
         (SELECT count(*) FROM device_logs l WHERE l.device_id = $1 AND l.hardware_id = p.hardware_id)
       WHERE p.device_id = $1`,
      [deviceId],
    )
    return count
  }
}
