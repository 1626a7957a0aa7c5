import {
  ApiKeyPageSchema,
  type ApiKeyView,
  type CreateApiKey,
  CreateApiKeySchema,
  CreatedApiKeySchema,
  type CreatedApiKeyView,
  type Page,
  type PageQuery,
  PageQuerySchema,
} from '@flotilla/contracts'
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { toPage } from '../http/page-cursor.js'
import { presentApiKey } from './api-key.presenter.js'
import { ApiKeysService } from './api-keys.service.js'

@ApiTags('api-keys')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Get()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'Your API tokens, newest first' })
  @ApiOkResponse({ standardSchema: ApiKeyPageSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: PageQuerySchema }) query: PageQuery,
  ): Promise<Page<ApiKeyView>> {
    const rows = await this.keys.list(actor, query)
    return toPage(rows, query.limit, presentApiKey, (row) => [row.position, row.id])
  }

  @Post()
  @ApiOperation({ operationId: 'createApiKey', summary: 'Make an API token; this answer alone shows it' })
  @ApiCreatedResponse({ standardSchema: CreatedApiKeySchema })
  async create(
    @CurrentActor() actor: Actor,
    @Body({ schema: CreateApiKeySchema }) input: CreateApiKey,
  ): Promise<CreatedApiKeyView> {
    const { key, token } = await this.keys.create(actor, input, new Date())
    return { ...presentApiKey(key), token }
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'revokeApiKey', summary: 'Revoke an API token at once' })
  @ApiNoContentResponse()
  revoke(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<void> {
    return this.keys.revoke(actor, id)
  }
}
