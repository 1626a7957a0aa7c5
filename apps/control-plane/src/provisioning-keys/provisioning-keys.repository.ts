import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import type { TimeCursor } from '../http/cursor-keys.js'
import { ProvisioningKey } from './provisioning-key.entity.js'

export type ProvisioningKeyRow = Omit<ProvisioningKey, 'keyHash'> & {
  // createdAt with its microseconds, for cursors.
  position: string
}

const SELECT = `
  SELECT id, fleet_id AS "fleetId", name, prefix, expires_at AS "expiresAt", max_uses AS "maxUses", uses,
    revoked_at AS "revokedAt", created_at AS "createdAt", created_at::text AS position
  FROM provisioning_keys`

@Injectable()
export class ProvisioningKeysRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  page(fleetId: string, limit: number, after: TimeCursor | undefined): Promise<ProvisioningKeyRow[]> {
    return this.source.query(
      `${SELECT} WHERE fleet_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
       ORDER BY created_at, id LIMIT $4`,
      [fleetId, after?.at, after?.id, limit],
    )
  }

  async find(id: string, reader: EntityManager = this.source.manager): Promise<ProvisioningKeyRow | undefined> {
    const [row] = await reader.query<ProvisioningKeyRow[]>(`${SELECT} WHERE id = $1`, [id])
    return row
  }

  async findByHash(transaction: Transaction, keyHash: Buffer): Promise<ProvisioningKeyRow | undefined> {
    const [row] = await transaction.query<ProvisioningKeyRow[]>(`${SELECT} WHERE key_hash = $1`, [keyHash])
    return row
  }

  async insert(
    transaction: Transaction,
    key: Omit<ProvisioningKey, 'uses' | 'revokedAt' | 'createdAt'>,
  ): Promise<void> {
    await transaction.insert(ProvisioningKey, key)
  }

  /** False where it was revoked before. */
  async revoke(transaction: Transaction, id: string): Promise<boolean> {
    const [, count] = await transaction.query<[unknown, number]>(
      'UPDATE provisioning_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL',
      [id],
    )
    return count > 0
  }

  /** Counts one use of a key that may be used; its row stays locked, so that no use is counted twice or too often. */
  async use(transaction: Transaction, keyHash: Buffer): Promise<{ id: string; fleetId: string } | undefined> {
    const [rows] = await transaction.query<[{ id: string; fleetId: string }[], number]>(
      `UPDATE provisioning_keys SET uses = uses + 1
       WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
         AND (max_uses IS NULL OR uses < max_uses)
       RETURNING id, fleet_id AS "fleetId"`,
      [keyHash],
    )
    return rows[0]
  }
}
