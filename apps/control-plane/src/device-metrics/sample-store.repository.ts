import type { MetricsSample } from '@flotilla/contracts'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import type { Transaction } from '../database/transactions.js'
import { INSERT_SAMPLES } from './metric-columns.js'

/** Takes what boards measured. */
@Injectable()
export class SampleStore {
  constructor(@Inject(CONFIG) private readonly config: ServerConfig) {}

  /** All samples of a report in one statement. */
  async add(
    transaction: Transaction,
    { deviceId, hardwareId }: { deviceId: string; hardwareId: string },
    samples: MetricsSample[],
  ): Promise<void> {
    if (samples.length === 0) return
    const days = this.config.DEVICE_METRICS_DAYS
    await transaction.query(INSERT_SAMPLES, [JSON.stringify(samples), deviceId, hardwareId, days])
  }
}
