import {
  CreatedProvisioningKeySchema,
  type CreateProvisioningKey,
  CreateProvisioningKeySchema,
  type Page,
  type PageQuery,
  PageQuerySchema,
  ProvisioningKeyPageSchema,
} from '@flotilla/contracts'
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import type { ProvisioningKeyView } from './provisioning-key.presenter.js'
import { ProvisioningKeys } from './provisioning-keys.service.js'

@ApiTags('provisioning keys')
@Controller('api/v1')
export class ProvisioningKeysController {
  constructor(private readonly keys: ProvisioningKeys) {}

  @Get('fleets/:id/provisioning-keys')
  @ApiOperation({ operationId: 'listProvisioningKeys', summary: 'The provisioning keys of a fleet, oldest first' })
  @ApiOkResponse({ standardSchema: ProvisioningKeyPageSchema })
  list(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) fleetId: string,
    @Query({ schema: PageQuerySchema }) query: PageQuery,
  ): Promise<Page<ProvisioningKeyView>> {
    return this.keys.page(actor, fleetId, query)
  }

  @Post('fleets/:id/provisioning-keys')
  @ApiOperation({
    operationId: 'createProvisioningKey',
    summary: 'Make a key with which boards join the fleet; this answer alone holds it',
  })
  @ApiCreatedResponse({ standardSchema: CreatedProvisioningKeySchema })
  create(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) fleetId: string,
    @Body({ schema: CreateProvisioningKeySchema }) input: CreateProvisioningKey,
  ): Promise<ProvisioningKeyView & { key: string }> {
    return this.keys.create(actor, fleetId, input)
  }

  @Delete('provisioning-keys/:id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'revokeProvisioningKey', summary: 'Revoke a key; boards that joined with it stay' })
  @ApiNoContentResponse()
  revoke(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<void> {
    return this.keys.revoke(actor, id)
  }
}
