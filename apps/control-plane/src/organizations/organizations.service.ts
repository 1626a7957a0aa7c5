import { randomUUID } from 'node:crypto'
import type { CreateOrganization, PageQuery, Role } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { AuditService } from '../audit/index.js'
import { type Actor, type ActorName, requireRole, visibleOrganizations } from '../auth/index.js'
import { type Transaction, Transactions } from '../database/transactions.js'
import { violatedUnique } from '../database/unique-violation.js'
import { decodeCursor } from '../http/page-cursor.js'
import { notFound, Problem } from '../http/problem.js'
import { MembersRepository } from './members.repository.js'
import type { Organization } from './organization.entity.js'
import { OrganizationsRepository } from './organizations.repository.js'

/** Organizations own fleets; whoever makes one is its first admin. */
@Injectable()
export class OrganizationsService {
  constructor(
    private readonly organizations: OrganizationsRepository,
    private readonly members: MembersRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  /** One row more than the limit, where there is one. */
  list(actor: Actor, query: PageQuery): Promise<Organization[]> {
    const [after] = decodeCursor(query.cursor, 1) ?? []
    return this.organizations.page(visibleOrganizations(actor), query.limit + 1, after)
  }

  /** By id or name, whichever it is; 404 unless the actor is a member, 403 unless with the role `needed`. */
  async get(actor: Actor, idOrName: string, needed: Role = 'observer'): Promise<Organization> {
    const missing = notFound('organization', idOrName)
    const isId = z.uuid().safeParse(idOrName).success
    const found = (isId && (await this.organizations.byId(idOrName))) || (await this.organizations.byName(idOrName))
    if (!found) throw missing
    requireRole(actor, found.id, needed, missing)
    return found
  }

  /** Makes an organization with the actor as its admin. */
  create(actor: Actor, input: CreateOrganization): Promise<Organization> {
    if (actor.cap !== undefined && actor.cap !== 'admin') {
      throw new Problem('role-too-low', 403, `This needs an API token without a smaller role; yours has ${actor.cap}.`)
    }
    return this.transactions.run((transaction) => this.createFor(transaction, actor, actor.userId, input))
  }

  /** In the caller's transaction; `userId` becomes its admin. */
  async createFor(
    transaction: Transaction,
    actor: ActorName & Pick<Actor, 'ip'>,
    userId: string,
    input: CreateOrganization,
  ): Promise<Organization> {
    const organization = { id: randomUUID(), name: input.name, title: input.title ?? input.name }
    const created = await this.organizations.insert(transaction, organization).catch((error: unknown) => {
      if (violatedUnique(error) === undefined) throw error
      throw new Problem('organization-name-taken', 409, `There is already an organization called ${input.name}.`)
    })
    await this.members.insert(transaction, { organizationId: created.id, userId, role: 'admin' })
    await this.audit.record(transaction, {
      actor,
      action: 'organization.created',
      organizationId: created.id,
      resource: { kind: 'organization', id: created.id },
      after: { name: created.name, title: created.title },
    })
    return created
  }
}
