import { Module } from '@nestjs/common'
import { DevicesModule } from '../devices/index.js'
import { HardwareModule } from '../hardware/index.js'
import { DeviceLogRetention } from './device-log-retention.service.js'
import { DeviceLogsController } from './device-logs.controller.js'
import { DeviceLogsRepository } from './device-logs.repository.js'
import { DeviceLogs } from './device-logs.service.js'
import { LogReadingController } from './log-reading.controller.js'
import { RetentionRepository } from './retention.repository.js'

@Module({
  imports: [DevicesModule, HardwareModule],
  controllers: [DeviceLogsController, LogReadingController],
  providers: [DeviceLogsRepository, DeviceLogs, RetentionRepository, DeviceLogRetention],
  exports: [DeviceLogRetention],
})
export class DeviceLogsModule {}
