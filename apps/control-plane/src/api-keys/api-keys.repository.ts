import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import type { TimeCursor } from '../http/cursor-keys.js'
import { ApiKey } from './api-key.entity.js'

export type ApiKeyRow = Omit<ApiKey, 'tokenHash' | 'userId'> & { position: string }

@Injectable()
export class ApiKeysRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Newest first. */
  page(userId: string, limit: number, after?: TimeCursor): Promise<ApiKeyRow[]> {
    return this.source.query(
      `SELECT id, name, prefix, role, created_at AS "createdAt", expires_at AS "expiresAt",
         last_used_at AS "lastUsedAt", created_at::text AS position
       FROM api_keys WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
       ORDER BY created_at DESC, id DESC LIMIT $4`,
      [userId, after?.at, after?.id, limit],
    )
  }

  find(transaction: Transaction, userId: string, id: string): Promise<ApiKey | null> {
    return transaction.findOneBy(ApiKey, { userId, id })
  }

  async insert(transaction: Transaction, key: Omit<ApiKey, 'createdAt' | 'lastUsedAt'>): Promise<ApiKey> {
    await transaction.insert(ApiKey, key)
    return transaction.findOneByOrFail(ApiKey, { id: key.id })
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.delete(ApiKey, { id })
  }
}
