import { DigestSchema } from '@flotilla/contracts'
import { Controller, Get, Param, Res, StreamableFile } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { Response } from 'express'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { FleetsService } from '../fleets/index.js'
import { Problem } from '../http/problem.js'
import { FleetBlobs } from './fleet-blobs.service.js'

@ApiTags('fleets')
@Controller('api/v1/fleets/:id/blobs')
export class FleetBlobsController {
  constructor(
    private readonly fleets: FleetsService,
    private readonly blobs: FleetBlobs,
  ) {}

  @Get(':digest')
  @ApiOperation({
    operationId: 'getFleetBlob',
    summary: 'A blob of the images and deltas of a fleet; a Range header asks for a part of it',
  })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Param('digest', { schema: DigestSchema }) digest: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    await this.fleets.require(actor, id, 'observer')
    const leaving = new AbortController()
    response.on('close', () => leaving.abort())
    const { status, headers, body } = await this.blobs.open(id, digest, response.req.get('range'), leaving.signal)
    if (status === 416) {
      body.destroy()
      throw new Problem('range-not-satisfiable', 416, 'The blob has fewer bytes than that.')
    }
    // What a digest names never changes.
    response.status(status).set({ ...headers, ETag: `"${digest}"` })
    response.set('Cache-Control', 'private, max-age=86400, immutable, no-transform')
    // Where the registry breaks off, so does this: who reads it must see that there is more, and come back for it.
    return new StreamableFile(body).setErrorHandler(() => response.destroy())
  }
}
