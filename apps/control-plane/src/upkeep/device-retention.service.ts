import { Injectable } from '@nestjs/common'
import { DeviceLogRetention } from '../device-logs/index.js'
import { MetricsRetention } from '../device-metrics/index.js'

/** Bounds what devices fill: their logs by number, their metrics by age. */
@Injectable()
export class DeviceRetention {
  constructor(
    private readonly logs: DeviceLogRetention,
    private readonly metrics: MetricsRetention,
  ) {}

  async run(): Promise<void> {
    await this.logs.run()
    await this.metrics.run()
  }
}
