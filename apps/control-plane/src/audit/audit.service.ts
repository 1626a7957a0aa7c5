import { Injectable } from '@nestjs/common'
import type { ActorName } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { AuditEntry } from './audit-entry.entity.js'

export interface AuditFact {
  actor: ActorName & { ip?: string }
  // noun.verb: fleet.created, device.moved
  action: string
  organizationId?: string
  resource: { kind: string; id: string }
  // What changed, without secrets.
  before?: unknown
  after?: unknown
}

/** Writes the audit log, in the transaction of the change itself: neither happens without the other. */
@Injectable()
export class AuditService {
  async record(transaction: Transaction, fact: AuditFact): Promise<void> {
    await transaction.insert(AuditEntry, {
      organizationId: fact.organizationId ?? null,
      actorKind: fact.actor.kind,
      actorId: fact.actor.id,
      actorLabel: fact.actor.label,
      ip: fact.actor.ip ?? null,
      action: fact.action,
      resourceKind: fact.resource.kind,
      resourceId: fact.resource.id,
      before: fact.before ?? null,
      after: fact.after ?? null,
    } as never)
  }
}
