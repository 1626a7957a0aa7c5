import {
  DeviceLogLineSchema,
  type DeviceLogLineView,
  DeviceLogPageSchema,
  type DeviceLogQuery,
  DeviceLogQuerySchema,
  type Page,
} from '@flotilla/contracts'
import { Controller, Get, Param, Query, Req, type StreamableFile } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { Request } from 'express'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DevicesService } from '../devices/index.js'
import { EventStreams, resumeAfter } from '../http/sse.js'
import { DeviceLogs } from './device-logs.service.js'

const StreamQuerySchema = DeviceLogQuerySchema.pick({ service: true, after: true })

@ApiTags('devices')
@Controller('api/v1/devices/:id/logs')
export class LogReadingController {
  constructor(
    private readonly devices: DevicesService,
    private readonly logs: DeviceLogs,
    private readonly streams: EventStreams,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listDeviceLogs', summary: 'The newest lines of what a device logged, oldest first' })
  @ApiOkResponse({ standardSchema: DeviceLogPageSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: DeviceLogQuerySchema }) query: DeviceLogQuery,
  ): Promise<Page<DeviceLogLineView>> {
    await this.devices.require(actor, id, 'observer')
    return this.logs.page(id, query)
  }

  @Get('stream')
  @ApiOperation({ operationId: 'streamDeviceLogs', summary: 'What a device logs, as it arrives' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ standardSchema: DeviceLogLineSchema })
  async stream(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: StreamQuerySchema }) { service, after }: z.infer<typeof StreamQuerySchema>,
    @Req() request: Request,
  ): Promise<StreamableFile> {
    await this.devices.require(actor, id, 'observer')
    const from = { service, after: resumeAfter(request, after) }
    return this.streams.open(request, (signal) => this.logs.follow(id, from, signal))
  }
}
