import { type ReportedState, ReportedStateSchema } from '@flotilla/contracts'
import { Controller, Get, Param } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DevicesService } from '../devices/index.js'
import { Problem } from '../http/problem.js'
import { presentReport } from './device-report.presenter.js'
import { DeviceReportsRepository } from './device-reports.repository.js'

@ApiTags('devices')
@Controller('api/v1/devices/:id/state')
export class ReportedStateController {
  constructor(
    private readonly devices: DevicesService,
    private readonly reports: DeviceReportsRepository,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getDeviceState', summary: 'What a device last said of itself, and when' })
  @ApiOkResponse({ standardSchema: ReportedStateSchema })
  async get(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<ReportedState> {
    await this.devices.require(actor, id, 'observer')
    const report = await this.reports.find(id)
    if (!report) throw new Problem('no-report-yet', 404, 'The device has not said anything of itself yet.')
    return presentReport(report)
  }
}
