import { FleetSchema, type FleetView, type ForceRelease, ForceReleaseSchema } from '@flotilla/contracts'
import { Body, Controller, Delete, Param, Put } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { FleetViews } from './fleet-views.service.js'
import { ForcedReleases } from './forced-releases.service.js'

@ApiTags('fleets')
@Controller('api/v1/fleets/:id/forced-release')
export class ForcedReleasesController {
  constructor(
    private readonly views: FleetViews,
    private readonly forced: ForcedReleases,
  ) {}

  @Put()
  @ApiOperation({
    operationId: 'forceFleetRelease',
    summary: 'Let the devices of a fleet switch to its release now, whatever windows and locks say',
    description: 'Holds until the fleet should run another release.',
  })
  @ApiOkResponse({ standardSchema: FleetSchema })
  async force(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: ForceReleaseSchema }) { releaseId }: ForceRelease,
  ): Promise<FleetView> {
    return this.views.present(await this.forced.set(actor, id, releaseId))
  }

  @Delete()
  @ApiOperation({ operationId: 'unforceFleetRelease', summary: 'Let windows and locks count again' })
  @ApiOkResponse({ standardSchema: FleetSchema })
  async unforce(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<FleetView> {
    return this.views.present(await this.forced.set(actor, id, null))
  }
}
