import type { AuditQuery } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Actor, includesRole, requireRole, visibleOrganizations } from '../auth/index.js'
import { idCursor } from '../http/cursor-keys.js'
import { notFound } from '../http/problem.js'
import type { AuditEntry } from './audit-entry.entity.js'
import { AuditRepository } from './audit.repository.js'

/** Reads the audit log for those who may: admins, because it tells where their colleagues work from. */
@Injectable()
export class AuditReader {
  constructor(private readonly repository: AuditRepository) {}

  /** One entry more than the limit, where there is one. */
  async list(actor: Actor, query: AuditQuery): Promise<AuditEntry[]> {
    const page = { limit: query.limit + 1, beforeId: idCursor(query.cursor) }
    if (query.organization !== undefined) {
      const organizationIds = [await this.requireAdmin(actor, query.organization)]
      return this.repository.page({ ...page, organizationIds })
    }
    const organizationIds = visibleOrganizations(actor).filter((id) => includesRole(actor.roles.get(id), 'admin'))
    return this.repository.page({ ...page, organizationIds, ownUserId: actor.userId })
  }

  private async requireAdmin(actor: Actor, organization: string): Promise<string> {
    const missing = notFound('organization', organization)
    const id = await this.repository.organizationId(organization)
    if (id === undefined) throw missing
    requireRole(actor, id, 'admin', missing)
    return id
  }
}
