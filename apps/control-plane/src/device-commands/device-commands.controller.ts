import {
  type CreateDeviceCommand,
  CreateDeviceCommandSchema,
  DeviceCommandPageSchema,
  type DeviceCommandQuery,
  DeviceCommandQuerySchema,
  type DeviceCommandView,
  DeviceCommandViewSchema,
  type Page,
} from '@flotilla/contracts'
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DevicesService } from '../devices/index.js'
import { timeCursor } from '../http/cursor-keys.js'
import { toPage } from '../http/page-cursor.js'
import { notFound } from '../http/problem.js'
import { presentCommand } from './device-command.presenter.js'
import { DeviceCommandsRepository } from './device-commands.repository.js'
import { DeviceCommands } from './device-commands.service.js'

@ApiTags('devices')
@Controller('api/v1/devices/:id/commands')
export class DeviceCommandsController {
  constructor(
    private readonly devices: DevicesService,
    private readonly commands: DeviceCommands,
    private readonly stored: DeviceCommandsRepository,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listDeviceCommands', summary: 'What was asked of a device, newest first' })
  @ApiOkResponse({ standardSchema: DeviceCommandPageSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) deviceId: string,
    @Query({ schema: DeviceCommandQuerySchema }) { limit, cursor, open }: DeviceCommandQuery,
  ): Promise<Page<DeviceCommandView>> {
    await this.devices.require(actor, deviceId, 'observer')
    const rows = await this.stored.page({ deviceId, open }, limit + 1, timeCursor(cursor))
    const now = new Date()
    const present = ({ command }: (typeof rows)[number]) => presentCommand(command, now)
    return toPage(rows, limit, present, ({ command, position }) => [position, command.id])
  }

  @Post()
  @ApiOperation({
    operationId: 'createDeviceCommand',
    summary: 'Ask something of a device',
    description: 'It is run once: at once where the device has a link, else when it comes back, until it expires.',
  })
  @ApiCreatedResponse({ standardSchema: DeviceCommandViewSchema })
  async create(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) deviceId: string,
    @Body({ schema: CreateDeviceCommandSchema }) input: CreateDeviceCommand,
  ): Promise<DeviceCommandView> {
    const device = await this.devices.require(actor, deviceId, 'operator')
    return presentCommand(await this.commands.request(actor, device, input), new Date())
  }

  @Get(':commandId')
  @ApiOperation({ operationId: 'getDeviceCommand', summary: 'One command, with what came of it' })
  @ApiOkResponse({ standardSchema: DeviceCommandViewSchema })
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) deviceId: string,
    @Param('commandId', { schema: z.uuid() }) commandId: string,
  ): Promise<DeviceCommandView> {
    await this.devices.require(actor, deviceId, 'observer')
    const command = await this.stored.find(commandId, deviceId)
    if (!command) throw notFound('command', commandId)
    return presentCommand(command, new Date())
  }

  @Post(':commandId/cancel')
  @HttpCode(200)
  @ApiOperation({ operationId: 'cancelDeviceCommand', summary: 'Take a command back that the device has not fetched' })
  @ApiOkResponse({ standardSchema: DeviceCommandViewSchema })
  async cancel(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) deviceId: string,
    @Param('commandId', { schema: z.uuid() }) commandId: string,
  ): Promise<DeviceCommandView> {
    const device = await this.devices.require(actor, deviceId, 'operator')
    return presentCommand(await this.commands.cancel(actor, device, commandId), new Date())
  }
}
