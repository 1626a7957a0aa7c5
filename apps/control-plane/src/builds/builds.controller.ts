import {
  type BuildOutputLineView,
  BuildOutputPageSchema,
  type BuildOutputQuery,
  BuildOutputLineSchema,
  BuildOutputQuerySchema,
  BuildPageSchema,
  type BuildQuery,
  BuildQuerySchema,
  BuildSchema,
  type BuildView,
  type Page,
} from '@flotilla/contracts'
import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common'
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { Request } from 'express'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { EventStreams, resumeAfter } from '../http/sse.js'
import { BuildCancellation } from './build-cancellation.service.js'
import { BuildViews } from './build-views.service.js'
import { BuildsService } from './builds.service.js'

const StreamQuerySchema = z.object({
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
})

@ApiTags('builds')
@Controller('api/v1/builds')
export class BuildsController {
  constructor(
    private readonly views: BuildViews,
    private readonly cancellation: BuildCancellation,
    private readonly builds: BuildsService,
    private readonly streams: EventStreams,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listBuilds', summary: 'The builds of your fleets, newest first' })
  @ApiOkResponse({ standardSchema: BuildPageSchema })
  list(@CurrentActor() actor: Actor, @Query({ schema: BuildQuerySchema }) query: BuildQuery): Promise<Page<BuildView>> {
    return this.views.page(actor, query)
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getBuild', summary: 'One build, with its place in the queue' })
  @ApiOkResponse({ standardSchema: BuildSchema })
  get(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<BuildView> {
    return this.views.one(actor, id)
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ operationId: 'cancelBuild', summary: 'Cancel a build that is queued or running' })
  @ApiAcceptedResponse({ standardSchema: BuildSchema })
  async cancel(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<BuildView> {
    await this.builds.settle(await this.cancellation.cancel(actor, id))
    return this.views.one(actor, id)
  }

  @Get(':id/output')
  @ApiOperation({ operationId: 'getBuildOutput', summary: 'What a build has printed, oldest first' })
  @ApiOkResponse({ standardSchema: BuildOutputPageSchema })
  output(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: BuildOutputQuerySchema }) query: BuildOutputQuery,
  ): Promise<Page<BuildOutputLineView>> {
    return this.views.lines(actor, id, query)
  }

  @Get(':id/output/stream')
  @ApiOperation({
    operationId: 'streamBuildOutput',
    summary: 'The output of a build as it comes, until the build ends',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ standardSchema: z.union([BuildOutputLineSchema, BuildSchema]) })
  async stream(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: StreamQuerySchema }) query: z.infer<typeof StreamQuerySchema>,
    @Req() request: Request,
  ) {
    const events = await this.views.stream(actor, id)
    return this.streams.open(request, (signal) => events(resumeAfter(request, query.after), signal))
  }
}
