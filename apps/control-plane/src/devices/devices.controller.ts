import {
  DeviceEventPageSchema,
  type DeviceEventView,
  DevicePageSchema,
  type DeviceQuery,
  DeviceQuerySchema,
  DeviceSchema,
  type DeviceView,
  type Page,
  type PageQuery,
  PageQuerySchema,
  type UpdateDevice,
  UpdateDeviceSchema,
} from '@flotilla/contracts'
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Query } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DeviceEvents } from '../device-events/index.js'
import { DeviceViews } from './device-views.service.js'
import { DeviceWrites } from './device-writes.service.js'
import { DevicesService } from './devices.service.js'

@ApiTags('devices')
@Controller('api/v1/devices')
export class DevicesController {
  constructor(
    private readonly views: DeviceViews,
    private readonly writes: DeviceWrites,
    private readonly devices: DevicesService,
    private readonly events: DeviceEvents,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listDevices', summary: 'The devices of your organizations, oldest first' })
  @ApiOkResponse({ standardSchema: DevicePageSchema })
  list(
    @CurrentActor() actor: Actor,
    @Query({ schema: DeviceQuerySchema }) query: DeviceQuery,
  ): Promise<Page<DeviceView>> {
    return this.views.page(actor, query)
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getDevice', summary: 'One device, with what it should run and what it runs' })
  @ApiOkResponse({ standardSchema: DeviceSchema })
  get(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<DeviceView> {
    return this.views.one(actor, id)
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'updateDevice', summary: 'Rename a device, move it to another fleet, pin it' })
  @ApiOkResponse({ standardSchema: DeviceSchema })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: UpdateDeviceSchema }) input: UpdateDevice,
    @Headers('if-match') ifMatch?: string,
  ): Promise<DeviceView> {
    return this.views.presentOne(await this.writes.update(actor, id, input, this.views.unchangedSince(ifMatch)))
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteDevice', summary: 'Delete a device; its board has to register again' })
  @ApiNoContentResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<void> {
    return this.writes.remove(actor, id)
  }

  @Get(':id/events')
  @ApiOperation({ operationId: 'listDeviceEvents', summary: 'The history of a device, newest first' })
  @ApiOkResponse({ standardSchema: DeviceEventPageSchema })
  async listEvents(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: PageQuerySchema }) query: PageQuery,
  ): Promise<Page<DeviceEventView>> {
    await this.devices.require(actor, id, 'observer')
    return this.events.page(id, query)
  }
}
