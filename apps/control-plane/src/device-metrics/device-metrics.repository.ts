import type { MetricsSample } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import { SELECT_STEPS } from './metric-columns.js'

type StepRow = { second: number } & { [Name in Exclude<keyof MetricsSample, 'at'>]: number | boolean | null }

@Injectable()
export class DeviceMetricsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async steps(deviceId: string, from: Date, to: Date, stepSeconds: number): Promise<MetricsSample[]> {
    const rows = await this.source.query<StepRow[]>(SELECT_STEPS, [deviceId, from, to, stepSeconds])
    return rows.map(({ second, ...rest }) => {
      const measured = Object.entries(rest).filter(([, value]) => value !== null)
      return { at: new Date(second * 1000).toISOString(), ...Object.fromEntries(measured) }
    })
  }

  /** Gives how many rows of those that are older it removed: at most `limit`. */
  async removeBefore(before: Date, limit: number): Promise<number> {
    const [, count] = await this.source.query<[unknown, number]>(
      'DELETE FROM device_metrics WHERE ctid = ANY(ARRAY(SELECT ctid FROM device_metrics WHERE at < $1 LIMIT $2))',
      [before, limit],
    )
    return count
  }
}
