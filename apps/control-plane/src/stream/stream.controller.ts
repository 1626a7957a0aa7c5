import { LiveEventSchema, type LiveQuery, LiveQuerySchema } from '@flotilla/contracts'
import { Controller, Get, Query, Req, type StreamableFile } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { Request } from 'express'
import { type Actor, CurrentActor } from '../auth/index.js'
import { EventStreams } from '../http/sse.js'
import { StreamService } from './stream.service.js'

@ApiTags('stream')
@Controller('api/v1/stream')
export class StreamController {
  constructor(
    private readonly stream: StreamService,
    private readonly streams: EventStreams,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'streamChanges',
    summary: 'What changes, as server-sent events `change`',
    description: 'Each says what to read again. After a reconnect, read everything once.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ standardSchema: LiveEventSchema })
  async open(
    @CurrentActor() actor: Actor,
    @Query({ schema: LiveQuerySchema }) query: LiveQuery,
    @Req() request: Request,
  ): Promise<StreamableFile> {
    const scope = await this.stream.scope(actor, query)
    return this.streams.open(request, (signal) => this.stream.events(scope, signal))
  }
}
