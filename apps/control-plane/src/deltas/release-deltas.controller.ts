import {
  type ImageDeltas,
  ImageDeltasSchema,
  type MakeDeltas,
  MakeDeltasSchema,
  type ReleaseDownloads,
  ReleaseDownloadsSchema,
} from '@flotilla/contracts'
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common'
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DeltaOrders, ReleaseDeltas } from './release-deltas.service.js'
import { ReleaseDownloadCosts } from './release-downloads.service.js'
import { SeenReleases } from './seen-releases.service.js'

const Id = { schema: z.uuid() }

@ApiTags('releases')
@Controller('api/v1/releases/:id')
export class ReleaseDeltasController {
  constructor(
    private readonly releases: SeenReleases,
    private readonly deltas: ReleaseDeltas,
    private readonly orders: DeltaOrders,
    private readonly downloads: ReleaseDownloadCosts,
  ) {}

  @Get('downloads')
  @ApiOperation({
    operationId: 'getReleaseDownloads',
    summary: 'What a release costs in bytes, by what the devices of its fleet run now',
  })
  @ApiOkResponse({ standardSchema: ReleaseDownloadsSchema })
  async cost(@CurrentActor() actor: Actor, @Param('id', Id) id: string): Promise<ReleaseDownloads> {
    return this.downloads.of(await this.releases.require(actor, id, 'observer'))
  }

  @Get('deltas')
  @ApiOperation({ operationId: 'listReleaseDeltas', summary: 'The deltas into the images of a release' })
  @ApiOkResponse({ standardSchema: ImageDeltasSchema })
  async list(@CurrentActor() actor: Actor, @Param('id', Id) id: string): Promise<ImageDeltas> {
    return this.deltas.list(await this.releases.require(actor, id, 'observer'))
  }

  @Post('deltas')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'makeReleaseDeltas',
    summary: 'Have deltas made into the images of a release, and those that failed tried again',
  })
  @ApiAcceptedResponse({ standardSchema: ImageDeltasSchema })
  async make(
    @CurrentActor() actor: Actor,
    @Param('id', Id) id: string,
    @Body({ schema: MakeDeltasSchema }) input: MakeDeltas,
  ): Promise<ImageDeltas> {
    const release = await this.releases.require(actor, id, 'operator')
    if (input.from) await this.deltas.requireSources(release.fleetId, input.from)
    await this.orders.make(actor, release, input)
    return this.deltas.list(release)
  }
}
