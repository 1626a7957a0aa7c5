import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { DeviceEventsModule } from '../device-events/index.js'
import { DeviceMetricsModule } from '../device-metrics/index.js'
import { DevicesModule } from '../devices/index.js'
import { HardwareModule } from '../hardware/index.js'
import { DeviceReport } from './device-report.entity.js'
import { DeviceReportsController } from './device-reports.controller.js'
import { DeviceReportsRepository } from './device-reports.repository.js'
import { DeviceReports } from './device-reports.service.js'
import { ReportedStateController } from './reported-state.controller.js'
import { ReportJournal } from './report-journal.service.js'

@Module({
  imports: [
    TypeOrmModule.forFeature([DeviceReport]),
    DeviceEventsModule,
    DeviceMetricsModule,
    DevicesModule,
    HardwareModule,
  ],
  controllers: [DeviceReportsController, ReportedStateController],
  providers: [DeviceReportsRepository, ReportJournal, DeviceReports],
})
export class DeviceReportsModule {}
