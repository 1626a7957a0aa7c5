import { Module } from '@nestjs/common'
import { DevicesModule } from '../devices/index.js'
import { DeviceMetricsController } from './device-metrics.controller.js'
import { DeviceMetricsRepository } from './device-metrics.repository.js'
import { MetricsRetention } from './metrics-retention.service.js'
import { SampleStore } from './sample-store.repository.js'

@Module({
  imports: [DevicesModule],
  controllers: [DeviceMetricsController],
  providers: [DeviceMetricsRepository, MetricsRetention, SampleStore],
  exports: [MetricsRetention, SampleStore],
})
export class DeviceMetricsModule {}
