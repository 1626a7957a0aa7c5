import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { RequestIdentity } from './request-identity.js'

@Injectable()
export class IdempotencyKeysRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /**
   * Whether the request is the first with its key. A key is free again after 24 hours, and after 5 minutes without an
   * answer: the process that worked on it is gone.
   */
  async claim({ owner, key, requestHash }: RequestIdentity): Promise<boolean> {
    const rows = await this.source.query<unknown[]>(
      `INSERT INTO idempotency_keys AS known (actor_id, key, request_hash) VALUES ($1, $2, $3)
       ON CONFLICT (actor_id, key) DO UPDATE
         SET request_hash = excluded.request_hash, status = NULL, body = NULL, created_at = now()
         WHERE known.created_at < now() - interval '24 hours'
           OR (known.body IS NULL AND known.created_at < now() - interval '5 minutes')
       RETURNING key`,
      [owner, key, requestHash],
    )
    return rows.length > 0
  }

  async find({ owner, key }: RequestIdentity): Promise<{ requestHash: Buffer; answer: string | null } | undefined> {
    const rows = await this.source.query<{ request_hash: Buffer; body: string | null }[]>(
      'SELECT request_hash, body FROM idempotency_keys WHERE actor_id = $1 AND key = $2',
      [owner, key],
    )
    return rows[0] && { requestHash: rows[0].request_hash, answer: rows[0].body }
  }

  async complete({ owner, key }: RequestIdentity, answer: string): Promise<void> {
    await this.source.query('UPDATE idempotency_keys SET body = to_jsonb($3::text) WHERE actor_id = $1 AND key = $2', [
      owner,
      key,
      answer,
    ])
  }

  async release({ owner, key }: RequestIdentity): Promise<void> {
    await this.source.query('DELETE FROM idempotency_keys WHERE actor_id = $1 AND key = $2', [owner, key])
  }

  async deleteExpired(): Promise<void> {
    await this.source.query("DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'")
  }
}
