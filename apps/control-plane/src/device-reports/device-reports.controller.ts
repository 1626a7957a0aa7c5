import { DEVICE_ROUTES, type ReportRequest, ReportRequestSchema, type ReportResponse } from '@flotilla/contracts'
import { Body, Controller, Patch } from '@nestjs/common'
import { CurrentDevice, ForDevices, InTurn, type KnownDevice } from '../hardware/index.js'
import { DeviceReports } from './device-reports.service.js'

@ForDevices()
@InTurn()
@Controller()
export class DeviceReportsController {
  constructor(private readonly reports: DeviceReports) {}

  @Patch(DEVICE_ROUTES.report)
  receive(
    @CurrentDevice() device: KnownDevice,
    @Body({ schema: ReportRequestSchema }) report: ReportRequest,
  ): Promise<ReportResponse> {
    return this.reports.receive(device, report)
  }
}
