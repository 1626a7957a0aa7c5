import type { AddMember, PageQuery, Role } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import { type Transaction, Transactions } from '../database/transactions.js'
import { violatedUnique } from '../database/unique-violation.js'
import { timeCursor } from '../http/cursor-keys.js'
import { requireMatch } from '../http/etag.js'
import { notFound, Problem } from '../http/problem.js'
import { UsersService } from '../users/index.js'
import { requireAnotherAdmin } from './member.policy.js'
import { type MemberRow, MembersRepository } from './members.repository.js'
import { presentMember } from './organization.presenter.js'

/** A member's place: who, in which organization. */
interface Place {
  organizationId: string
  userId: string
}

/** Who belongs to an organization, with which role. Callers have checked that the actor may see or change this. */
@Injectable()
export class MembersService {
  constructor(
    private readonly members: MembersRepository,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  /** One row more than the limit, where there is one. */
  list(organizationId: string, query: PageQuery): Promise<MemberRow[]> {
    return this.members.page(organizationId, query.limit + 1, timeCursor(query.cursor))
  }

  add(actor: Actor, organizationId: string, input: AddMember): Promise<MemberRow> {
    return this.transactions.run(async (transaction) => {
      const userId = await this.findOrCreateUser(transaction, actor, input)
      const place = { organizationId, userId }
      await this.members.insert(transaction, { ...place, role: input.role }).catch((error: unknown) => {
        if (violatedUnique(error) === undefined) throw error
        throw new Problem('already-a-member', 409, `${input.email} is a member of this organization already.`)
      })
      const member = await this.find(transaction, place)
      await this.record(transaction, actor, { place, action: 'member.added', after: member })
      return member
    })
  }

  setRole(actor: Actor, place: Place, role: Role, ifMatch: string | undefined): Promise<MemberRow> {
    return this.transactions.run(async (transaction) => {
      await this.members.lock(transaction, place.organizationId)
      const before = await this.find(transaction, place)
      requireMatch(ifMatch, presentMember(before))
      requireAnotherAdmin(before.role, role, await this.members.countAdmins(transaction, place.organizationId))
      await this.members.setRole(transaction, { ...place, role })
      const after = { ...before, role }
      await this.record(transaction, actor, { place, action: 'member.role-changed', before, after })
      return after
    })
  }

  remove(actor: Actor, place: Place): Promise<void> {
    return this.transactions.run(async (transaction) => {
      await this.members.lock(transaction, place.organizationId)
      const before = await this.find(transaction, place)
      requireAnotherAdmin(before.role, undefined, await this.members.countAdmins(transaction, place.organizationId))
      await this.members.delete(transaction, place.organizationId, place.userId)
      await this.record(transaction, actor, { place, action: 'member.removed', before })
    })
  }

  private async find(transaction: Transaction, { organizationId, userId }: Place): Promise<MemberRow> {
    const member = await this.members.find(transaction, organizationId, userId)
    if (!member) throw notFound('member', userId)
    return member
  }

  private async findOrCreateUser(transaction: Transaction, actor: Actor, input: AddMember): Promise<string> {
    const { email, name, password } = input
    const known = await this.users.findByEmail(transaction, email)
    if (known && password !== undefined) {
      throw new Problem('user-exists', 409, `${email} has an account already; leave the password out.`)
    }
    if (known) return known.id
    if (password === undefined) {
      throw new Problem('user-unknown', 422, `${email} has no account yet; give a password to make one.`)
    }
    return (await this.users.create(transaction, actor, { email, name, password })).id
  }

  private record(
    transaction: Transaction,
    actor: Actor,
    fact: { place: Place; action: string; before?: MemberRow; after?: MemberRow },
  ): Promise<void> {
    return this.audit.record(transaction, {
      actor,
      action: fact.action,
      organizationId: fact.place.organizationId,
      resource: { kind: 'member', id: fact.place.userId },
      before: fact.before && audited(fact.before),
      after: fact.after && audited(fact.after),
    })
  }
}

function audited({ email, role }: MemberRow): Pick<MemberRow, 'email' | 'role'> {
  return { email, role }
}
