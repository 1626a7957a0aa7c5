import {
  type DeviceMetrics,
  type DeviceMetricsQuery,
  DeviceMetricsQuerySchema,
  DeviceMetricsSchema,
} from '@flotilla/contracts'
import { Controller, Get, Param, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DevicesService } from '../devices/index.js'
import { DeviceMetricsRepository } from './device-metrics.repository.js'
import { metricsRange } from './metrics-range.js'

@ApiTags('devices')
@Controller('api/v1/devices/:id/metrics')
export class DeviceMetricsController {
  constructor(
    private readonly devices: DevicesService,
    private readonly metrics: DeviceMetricsRepository,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getDeviceMetrics', summary: 'How the board of a device was over time' })
  @ApiOkResponse({ standardSchema: DeviceMetricsSchema })
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: DeviceMetricsQuerySchema }) query: DeviceMetricsQuery,
  ): Promise<DeviceMetrics> {
    await this.devices.require(actor, id, 'observer')
    const { from, to, stepSeconds } = metricsRange(query, new Date())
    const samples = await this.metrics.steps(id, from, to, stepSeconds)
    return { from: from.toISOString(), to: to.toISOString(), stepSeconds, samples }
  }
}
