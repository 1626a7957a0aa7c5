import {
  type Page,
  ReleaseDetailSchema,
  type ReleaseDetailView,
  ReleasePageSchema,
  type ReleaseQuery,
  ReleaseQuerySchema,
  type ReleaseView,
  type UpdateRelease,
  UpdateReleaseSchema,
} from '@flotilla/contracts'
import { Body, Controller, Get, Headers, Param, Patch, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { requireMatch } from '../http/etag.js'
import { ReleaseViews } from './release-views.service.js'
import { ReleaseWrites } from './release-writes.service.js'

@ApiTags('releases')
@Controller('api/v1/releases')
export class ReleasesController {
  constructor(
    private readonly views: ReleaseViews,
    private readonly writes: ReleaseWrites,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listReleases', summary: 'The releases of your fleets, newest first' })
  @ApiOkResponse({ standardSchema: ReleasePageSchema })
  list(
    @CurrentActor() actor: Actor,
    @Query({ schema: ReleaseQuerySchema }) query: ReleaseQuery,
  ): Promise<Page<ReleaseView>> {
    return this.views.page(actor, query)
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getRelease', summary: 'One release, with its compose project' })
  @ApiOkResponse({ standardSchema: ReleaseDetailSchema })
  get(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<ReleaseDetailView> {
    return this.views.one(actor, id)
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'updateRelease', summary: 'Make a draft final, or invalidate a release' })
  @ApiOkResponse({ standardSchema: ReleaseDetailSchema })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: UpdateReleaseSchema }) input: UpdateRelease,
    @Headers('if-match') ifMatch?: string,
  ): Promise<ReleaseDetailView> {
    await this.writes.update(actor, id, input, async (transaction) => {
      if (ifMatch !== undefined) requireMatch(ifMatch, await this.views.detail(id, transaction))
    })
    return this.views.detail(id)
  }
}
