import { randomUUID } from 'node:crypto'
import type { CreateApiKey, PageQuery } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import { type Actor, makeToken } from '../auth/index.js'
import { type Transaction, Transactions } from '../database/transactions.js'
import { timeCursor } from '../http/cursor-keys.js'
import { notFound } from '../http/problem.js'
import type { ApiKey } from './api-key.entity.js'
import { requireMaker, requireRevoker } from './api-key.policy.js'
import { type ApiKeyRow, ApiKeysRepository } from './api-keys.repository.js'

/** A user's own API tokens. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  /** One row more than the limit, where there is one. */
  list(actor: Actor, query: PageQuery): Promise<ApiKeyRow[]> {
    return this.repository.page(actor.userId, query.limit + 1, timeCursor(query.cursor))
  }

  /** The token is in this answer and nowhere else. */
  create(actor: Actor, input: CreateApiKey, now: Date): Promise<{ key: ApiKey; token: string }> {
    requireMaker(actor)
    const { token, hash, shown } = makeToken('apiKey')
    const { name, role, expiresInSeconds } = input
    return this.transactions.run(async (transaction) => {
      const key = await this.repository.insert(transaction, {
        id: randomUUID(),
        userId: actor.userId,
        name,
        prefix: shown,
        tokenHash: hash,
        role: role ?? null,
        expiresAt: expiresInSeconds === undefined ? null : new Date(now.getTime() + expiresInSeconds * 1000),
      })
      await this.record(transaction, actor, { action: 'api-key.created', id: key.id, after: audited(key) })
      return { key, token }
    })
  }

  async revoke(actor: Actor, id: string): Promise<void> {
    requireRevoker(actor, id)
    await this.transactions.run(async (transaction) => {
      const key = await this.repository.find(transaction, actor.userId, id)
      if (!key) throw notFound('api-key', id)
      await this.repository.delete(transaction, id)
      await this.record(transaction, actor, { action: 'api-key.revoked', id, before: audited(key) })
    })
  }

  private record(
    transaction: Transaction,
    actor: Actor,
    fact: { action: string; id: string; before?: unknown; after?: unknown },
  ): Promise<void> {
    const { id, ...rest } = fact
    return this.audit.record(transaction, { actor, ...rest, resource: { kind: 'api-key', id } })
  }
}

function audited({ name, prefix, role, expiresAt }: ApiKey) {
  return { name, prefix, role, expiresAt }
}
