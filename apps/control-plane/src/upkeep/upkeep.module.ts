import { Module } from '@nestjs/common'
import { BuildsModule } from '../builds/index.js'
import { DeltaMakingModule, DeltasModule } from '../deltas/index.js'
import { DeviceCommandsModule } from '../device-commands/index.js'
import { DeviceEventsModule } from '../device-events/index.js'
import { DeviceLogsModule } from '../device-logs/index.js'
import { DeviceMetricsModule } from '../device-metrics/index.js'
import { LeftoversModule } from '../git/index.js'
import { HardwareModule } from '../hardware/index.js'
import { IdempotencyModule } from '../http/idempotency.module.js'
import { SnapshotsModule } from '../snapshots/index.js'
import { DeviceRetention } from './device-retention.service.js'
import { Expiry } from './expiry.service.js'
import { Leases } from './leases.service.js'
import { StaleFiles } from './stale-files.service.js'
import { Upkeep } from './upkeep.service.js'

@Module({
  imports: [
    BuildsModule,
    DeltasModule,
    DeltaMakingModule,
    DeviceCommandsModule,
    DeviceEventsModule,
    DeviceLogsModule,
    DeviceMetricsModule,
    HardwareModule,
    IdempotencyModule,
    LeftoversModule,
    SnapshotsModule,
  ],
  providers: [DeviceRetention, Expiry, Leases, StaleFiles, Upkeep],
})
export class UpkeepModule {}
