import {
  type CreateFleet,
  CreateFleetSchema,
  FleetPageSchema,
  type FleetQuery,
  FleetQuerySchema,
  FleetSchema,
  type FleetView,
  type Page,
  type UpdateFleet,
  UpdateFleetSchema,
} from '@flotilla/contracts'
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { FleetViews } from './fleet-views.service.js'
import { FleetWrites } from './fleet-writes.service.js'

@ApiTags('fleets')
@Controller('api/v1/fleets')
export class FleetsController {
  constructor(
    private readonly views: FleetViews,
    private readonly writes: FleetWrites,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listFleets', summary: 'The fleets of your organizations, oldest first' })
  @ApiOkResponse({ standardSchema: FleetPageSchema })
  list(@CurrentActor() actor: Actor, @Query({ schema: FleetQuerySchema }) query: FleetQuery): Promise<Page<FleetView>> {
    return this.views.page(actor, query)
  }

  @Post()
  @ApiOperation({ operationId: 'createFleet', summary: 'Make a fleet' })
  @ApiCreatedResponse({ standardSchema: FleetSchema })
  async create(
    @CurrentActor() actor: Actor,
    @Body({ schema: CreateFleetSchema }) input: CreateFleet,
  ): Promise<FleetView> {
    return this.views.present(await this.writes.create(actor, input))
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getFleet', summary: 'One fleet' })
  @ApiOkResponse({ standardSchema: FleetSchema })
  get(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<FleetView> {
    return this.views.one(actor, id)
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'updateFleet', summary: 'Rename a fleet, pin it to a release, change how it is built' })
  @ApiOkResponse({ standardSchema: FleetSchema })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: UpdateFleetSchema }) input: UpdateFleet,
    @Headers('if-match') ifMatch?: string,
  ): Promise<FleetView> {
    return this.views.present(await this.writes.update(actor, id, input, this.views.unchangedSince(ifMatch)))
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteFleet', summary: 'Delete a fleet that has no devices, with its releases' })
  @ApiNoContentResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<void> {
    return this.writes.remove(actor, id)
  }
}
