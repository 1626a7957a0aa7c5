import { type CreateBundle, type CreatedBundle, CreateBundleSchema, CreatedBundleSchema } from '@flotilla/contracts'
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { BundleOrders } from './bundle-orders.service.js'

@ApiTags('fleets')
@Controller('api/v1/fleets/:id/bundles')
export class BundlesController {
  constructor(private readonly orders: BundleOrders) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'createBundle',
    summary: 'What a file needs that updates boards without a link: signed targets, and the blobs that go with them',
  })
  @ApiOkResponse({ standardSchema: CreatedBundleSchema })
  create(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: CreateBundleSchema }) input: CreateBundle,
  ): Promise<CreatedBundle> {
    return this.orders.make(actor, id, input)
  }
}
