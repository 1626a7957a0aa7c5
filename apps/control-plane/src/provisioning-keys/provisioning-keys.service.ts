import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { CreateProvisioningKey, Page, PageQuery } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import { type Transaction, Transactions } from '../database/transactions.js'
import { FleetsService } from '../fleets/index.js'
import { timeCursor } from '../http/cursor-keys.js'
import { toPage } from '../http/page-cursor.js'
import { notFound } from '../http/problem.js'
import { whyUnusable } from './provisioning-key.policy.js'
import { presentProvisioningKey, type ProvisioningKeyView } from './provisioning-key.presenter.js'
import { ProvisioningKeysRepository } from './provisioning-keys.repository.js'

const PREFIX_LENGTH = 12

@Injectable()
export class ProvisioningKeys {
  constructor(
    private readonly keys: ProvisioningKeysRepository,
    private readonly fleets: FleetsService,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  async page(actor: Actor, fleetId: string, { limit, cursor }: PageQuery): Promise<Page<ProvisioningKeyView>> {
    await this.fleets.require(actor, fleetId, 'observer')
    const rows = await this.keys.page(fleetId, limit + 1, timeCursor(cursor))
    return toPage(rows, limit, presentProvisioningKey, (row) => [row.position, row.id])
  }

  /** The answer holds the key, which nothing can show again. */
  async create(actor: Actor, fleetId: string, input: CreateProvisioningKey) {
    const { organizationId } = await this.fleets.require(actor, fleetId, 'developer')
    const key = `flp_${randomBytes(32).toString('base64url')}`
    const row = {
      id: randomUUID(),
      fleetId,
      name: input.name,
      prefix: key.slice(0, PREFIX_LENGTH),
      keyHash: hashOf(key),
      expiresAt: input.expiresInSeconds === undefined ? null : new Date(Date.now() + input.expiresInSeconds * 1000),
      maxUses: input.maxUses ?? null,
    }
    return this.transactions.run(async (transaction) => {
      await this.keys.insert(transaction, row)
      const resource = { kind: 'provisioning-key', id: row.id }
      const after = { fleetId, ...input }
      await this.audit.record(transaction, {
        actor,
        action: 'provisioning-key.created',
        organizationId,
        resource,
        after,
      })
      const stored = await this.keys.find(row.id, transaction)
      if (!stored) throw new Error('A provisioning key that was just made is not there')
      return { ...presentProvisioningKey(stored), key }
    })
  }

  /** Boards that registered with it stay; no further board may. */
  async revoke(actor: Actor, id: string): Promise<void> {
    const missing = notFound('provisioning-key', id)
    const key = await this.keys.find(id)
    if (!key) throw missing
    const { organizationId } = await this.fleets.require(actor, key.fleetId, 'developer', missing)
    await this.transactions.run(async (transaction) => {
      if (!(await this.keys.revoke(transaction, id))) return
      const resource = { kind: 'provisioning-key', id }
      await this.audit.record(transaction, { actor, action: 'provisioning-key.revoked', organizationId, resource })
    })
  }

  /** Counts one use, in the transaction of the registration; throws why the key may not be used. */
  async use(transaction: Transaction, key: string): Promise<{ id: string; fleetId: string }> {
    const used = await this.keys.use(transaction, hashOf(key))
    if (used) return used
    throw whyUnusable(await this.keys.findByHash(transaction, hashOf(key)), new Date())
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
