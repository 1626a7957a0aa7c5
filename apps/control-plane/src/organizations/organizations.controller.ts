import {
  type CreateOrganization,
  CreateOrganizationSchema,
  OrganizationPageSchema,
  OrganizationSchema,
  type OrganizationView,
  type Page,
  type PageQuery,
  PageQuerySchema,
  SlugSchema,
} from '@flotilla/contracts'
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { type Actor, CurrentActor } from '../auth/index.js'
import { toPage } from '../http/page-cursor.js'
import { presentOrganization } from './organization.presenter.js'
import { OrganizationsService } from './organizations.service.js'

@ApiTags('organizations')
@Controller('api/v1/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationsService) {}

  @Get()
  @ApiOperation({ operationId: 'listOrganizations', summary: 'Your organizations, by name' })
  @ApiOkResponse({ standardSchema: OrganizationPageSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: PageQuerySchema }) query: PageQuery,
  ): Promise<Page<OrganizationView>> {
    const rows = await this.organizations.list(actor, query)
    return toPage(rows, query.limit, presentOrganization, (row) => [row.name])
  }

  @Post()
  @ApiOperation({ operationId: 'createOrganization', summary: 'Make an organization; you become its admin' })
  @ApiCreatedResponse({ standardSchema: OrganizationSchema })
  async create(
    @CurrentActor() actor: Actor,
    @Body({ schema: CreateOrganizationSchema }) input: CreateOrganization,
  ): Promise<OrganizationView> {
    return presentOrganization(await this.organizations.create(actor, input))
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getOrganization', summary: 'One organization, by id or name' })
  @ApiOkResponse({ standardSchema: OrganizationSchema })
  async get(@CurrentActor() actor: Actor, @Param('id', { schema: SlugSchema }) id: string): Promise<OrganizationView> {
    return presentOrganization(await this.organizations.get(actor, id))
  }
}
