import { DeviceTargetSchema } from '@flotilla/contracts'
import { Controller, Get, Param } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DevicesService } from '../devices/index.js'
import { Problem } from '../http/problem.js'
import { Targets } from './targets.service.js'

@ApiTags('devices')
@Controller('api/v1/devices/:id/target')
export class TargetStateController {
  constructor(
    private readonly devices: DevicesService,
    private readonly targets: Targets,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getDeviceTarget', summary: 'What a device should run, without secret values' })
  @ApiOkResponse({ standardSchema: DeviceTargetSchema })
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
  ): Promise<z.input<typeof DeviceTargetSchema>> {
    await this.devices.require(actor, id, 'observer')
    const target = await this.targets.forPeople(id)
    if (!target) throw new Problem('device-without-board', 409, 'The device has no board that could run anything.')
    return target
  }
}
