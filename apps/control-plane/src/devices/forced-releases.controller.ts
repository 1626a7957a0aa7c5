import { DeviceSchema, type DeviceView, type ForceRelease, ForceReleaseSchema } from '@flotilla/contracts'
import { Body, Controller, Delete, Param, Put } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DeviceViews } from './device-views.service.js'
import { DeviceWrites } from './device-writes.service.js'

@ApiTags('devices')
@Controller('api/v1/devices/:id/forced-release')
export class ForcedReleasesController {
  constructor(
    private readonly views: DeviceViews,
    private readonly writes: DeviceWrites,
  ) {}

  @Put()
  @ApiOperation({
    operationId: 'forceDeviceRelease',
    summary: 'Let a device switch to its release now, whatever windows and locks say',
    description: 'Holds until the device should run another release.',
  })
  @ApiOkResponse({ standardSchema: DeviceSchema })
  async force(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: ForceReleaseSchema }) { releaseId }: ForceRelease,
  ): Promise<DeviceView> {
    return this.views.presentOne(await this.writes.force(actor, id, releaseId))
  }

  @Delete()
  @ApiOperation({
    operationId: 'unforceDeviceRelease',
    summary: 'Let windows and locks count again',
    description: 'What was forced on the whole fleet stays forced.',
  })
  @ApiOkResponse({ standardSchema: DeviceSchema })
  async unforce(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<DeviceView> {
    return this.views.presentOne(await this.writes.force(actor, id, null))
  }
}
