import { Injectable } from '@nestjs/common'
import { EventRetention } from '../device-events/index.js'
import { DeviceLogRetention } from '../device-logs/index.js'
import { MetricsRetention } from '../device-metrics/index.js'
import { runAll } from './run-all.js'

/** Bounds what devices fill: their logs by number, their metrics and their history by age. */
@Injectable()
export class DeviceRetention {
  constructor(
    private readonly logs: DeviceLogRetention,
    private readonly metrics: MetricsRetention,
    private readonly events: EventRetention,
  ) {}

  run(): Promise<void> {
    return runAll([() => this.logs.run(), () => this.metrics.run(), () => this.events.run()])
  }
}
