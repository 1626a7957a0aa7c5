import {
  AuditEntryPageSchema,
  type AuditEntryView,
  type AuditQuery,
  AuditQuerySchema,
  type Page,
} from '@flotilla/contracts'
import { Controller, Get, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { type Actor, CurrentActor } from '../auth/index.js'
import { toPage } from '../http/page-cursor.js'
import { presentAuditEntry } from './audit-entry.presenter.js'
import { AuditReader } from './audit-reader.js'

@ApiTags('audit')
@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly reader: AuditReader) {}

  @Get()
  @ApiOperation({
    operationId: 'listAuditEntries',
    summary: 'Who changed what, newest first: in one organization, or wherever you are admin, and your own sign-ins',
  })
  @ApiOkResponse({ standardSchema: AuditEntryPageSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: AuditQuerySchema }) query: AuditQuery,
  ): Promise<Page<AuditEntryView>> {
    return toPage(await this.reader.list(actor, query), query.limit, presentAuditEntry, (entry) => [entry.id])
  }
}
