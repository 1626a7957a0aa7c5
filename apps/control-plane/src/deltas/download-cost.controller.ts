import {
  type DeviceDownloadCost,
  DeviceDownloadCostSchema,
  type DownloadCostQuery,
  DownloadCostQuerySchema,
} from '@flotilla/contracts'
import { Controller, Get, Param, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DevicesService } from '../devices/index.js'
import { DeviceDownloadCosts } from './device-download-cost.service.js'

@ApiTags('devices')
@Controller('api/v1/devices/:id/download-cost')
export class DownloadCostController {
  constructor(
    private readonly devices: DevicesService,
    private readonly costs: DeviceDownloadCosts,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getDeviceDownloadCost',
    summary: 'What a release would cost a device in bytes, and whether its budget is enough',
  })
  @ApiOkResponse({ standardSchema: DeviceDownloadCostSchema })
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: DownloadCostQuerySchema }) { release }: DownloadCostQuery,
  ): Promise<DeviceDownloadCost> {
    return this.costs.of(await this.devices.require(actor, id, 'observer'), release)
  }
}
