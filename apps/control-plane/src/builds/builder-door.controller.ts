import { type BuildOutput, BuildOutputSchema, type BuildResult, BuildResultSchema } from '@flotilla/contracts'
import { Body, Controller, Get, Headers, HttpCode, Param, Post, StreamableFile } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import { z } from 'zod'
import { Public } from '../auth/index.js'
import { BuilderDoor } from './builder-door.service.js'
import { BuildOrders } from './build-orders.service.js'
import { BuildTickets } from './build-tickets.js'
import { BuildsService } from './builds.service.js'

const Id = { schema: z.uuid() }

/** The routes of builders; see docs/adr/0003-builders-hold-no-credentials.md. The token of a job is all they have. */
@Public()
@ApiExcludeController()
@Controller('build/v1/builds/:id')
export class BuilderDoorController {
  constructor(
    private readonly tickets: BuildTickets,
    private readonly orders: BuildOrders,
    private readonly door: BuilderDoor,
    private readonly builds: BuildsService,
  ) {}

  @Get()
  async order(
    @Param('id', Id) buildId: string,
    @Headers('authorization') authorization?: string,
    @Headers('flotilla-runner') runner?: string,
  ) {
    const attempt = await this.tickets.verify(buildId, authorization)
    return this.orders.take({ buildId, attempt, runner })
  }

  @Get('source')
  async source(@Param('id', Id) buildId: string, @Headers('authorization') authorization?: string) {
    const attempt = await this.tickets.verify(buildId, authorization)
    const { stream, bytes } = await this.builds.source(buildId, attempt)
    return new StreamableFile(stream, { type: 'application/gzip', length: bytes })
  }

  @Post('output')
  @HttpCode(200)
  async output(
    @Param('id', Id) buildId: string,
    @Body({ schema: BuildOutputSchema }) output: BuildOutput,
    @Headers('authorization') authorization?: string,
  ) {
    return this.door.append(buildId, await this.tickets.verify(buildId, authorization), output)
  }

  @Post('result')
  @HttpCode(204)
  async result(
    @Param('id', Id) buildId: string,
    @Body({ schema: BuildResultSchema }) result: BuildResult,
    @Headers('authorization') authorization?: string,
  ): Promise<void> {
    const attempt = await this.tickets.verify(buildId, authorization)
    await this.builds.settle(await this.door.finish(buildId, attempt, result))
  }
}
