import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { DeviceMetricsRepository } from './device-metrics.repository.js'

// No transaction that goes on for minutes.
const AT_ONCE = 20_000
const DAY_MS = 86_400_000

/** Upkeep: removes what is older than it is kept. */
@Injectable()
export class MetricsRetention {
  constructor(
    private readonly metrics: DeviceMetricsRepository,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async run(): Promise<void> {
    const before = new Date(Date.now() - this.config.DEVICE_METRICS_DAYS * DAY_MS)
    while ((await this.metrics.removeBefore(before, AT_ONCE)) === AT_ONCE);
  }
}
