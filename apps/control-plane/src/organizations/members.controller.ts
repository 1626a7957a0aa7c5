import {
  type AddMember,
  AddMemberSchema,
  MemberPageSchema,
  MemberSchema,
  type MemberView,
  type Page,
  type PageQuery,
  PageQuerySchema,
  SlugSchema,
  type UpdateMember,
  UpdateMemberSchema,
} from '@flotilla/contracts'
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { toPage } from '../http/page-cursor.js'
import { MembersService } from './members.service.js'
import { presentMember } from './organization.presenter.js'
import { OrganizationsService } from './organizations.service.js'

const PlaceSchema = z.object({ id: SlugSchema, userId: z.uuid() })
type PlaceParams = z.infer<typeof PlaceSchema>

@ApiTags('organizations')
@Controller('api/v1/organizations/:id/members')
export class MembersController {
  constructor(
    private readonly organizations: OrganizationsService,
    private readonly members: MembersService,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listMembers', summary: 'The members of an organization, oldest first' })
  @ApiOkResponse({ standardSchema: MemberPageSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: SlugSchema }) id: string,
    @Query({ schema: PageQuerySchema }) query: PageQuery,
  ): Promise<Page<MemberView>> {
    const organization = await this.organizations.get(actor, id)
    const rows = await this.members.list(organization.id, query)
    return toPage(rows, query.limit, presentMember, (row) => [row.position, row.userId])
  }

  @Post()
  @ApiOperation({ operationId: 'addMember', summary: 'Add a user, making the account where there is none yet' })
  @ApiCreatedResponse({ standardSchema: MemberSchema })
  async add(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: SlugSchema }) id: string,
    @Body({ schema: AddMemberSchema }) input: AddMember,
  ): Promise<MemberView> {
    const organization = await this.organizations.get(actor, id, 'admin')
    return presentMember(await this.members.add(actor, organization.id, input))
  }

  @Patch(':userId')
  @ApiOperation({ operationId: 'updateMember', summary: "Change a member's role" })
  @ApiOkResponse({ standardSchema: MemberSchema })
  async update(
    @CurrentActor() actor: Actor,
    @Param({ schema: PlaceSchema }) params: PlaceParams,
    @Body({ schema: UpdateMemberSchema }) input: UpdateMember,
    @Headers('if-match') ifMatch?: string,
  ): Promise<MemberView> {
    const place = await this.place(actor, params)
    return presentMember(await this.members.setRole(actor, place, input.role, ifMatch))
  }

  @Delete(':userId')
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeMember', summary: 'Remove a member; the account stays' })
  @ApiNoContentResponse()
  async remove(@CurrentActor() actor: Actor, @Param({ schema: PlaceSchema }) params: PlaceParams): Promise<void> {
    await this.members.remove(actor, await this.place(actor, params))
  }

  private async place(actor: Actor, { id, userId }: PlaceParams) {
    const organization = await this.organizations.get(actor, id, 'admin')
    return { organizationId: organization.id, userId }
  }
}
