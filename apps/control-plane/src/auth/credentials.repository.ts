import type { Role } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

interface Holder {
  id: string
  token_hash: Buffer
  user_id: string
  email: string
  roles: Record<string, Role>
}
export type SessionHolder = Holder & { expires_at: Date }
// touch_due: so that a busy key costs one write a minute, not one a request.
export type ApiKeyHolder = Holder & { name: string; role: Role | null; touch_due: boolean }

// Each credential with its user and that user's roles: one query is all that a request costs to know who asks.
const HOLDER = `
  c.id, c.token_hash, u.id AS user_id, u.email,
  coalesce((SELECT jsonb_object_agg(m.organization_id, m.role) FROM memberships m WHERE m.user_id = u.id), '{}') AS roles`

@Injectable()
export class CredentialsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async sessionByHash(hash: Buffer): Promise<SessionHolder | undefined> {
    const rows = await this.source.query<SessionHolder[]>(
      `SELECT ${HOLDER}, c.expires_at FROM sessions c JOIN users u ON u.id = c.user_id
       WHERE c.token_hash = $1 AND c.expires_at > now()`,
      [hash],
    )
    return rows[0]
  }

  async apiKeyByHash(hash: Buffer): Promise<ApiKeyHolder | undefined> {
    const rows = await this.source.query<ApiKeyHolder[]>(
      `SELECT ${HOLDER}, c.name, c.role, (c.last_used_at < now() - interval '1 minute') IS NOT FALSE AS touch_due
       FROM api_keys c JOIN users u ON u.id = c.user_id
       WHERE c.token_hash = $1 AND (c.expires_at IS NULL OR c.expires_at > now())`,
      [hash],
    )
    return rows[0]
  }

  async touchApiKey(id: string): Promise<void> {
    await this.source.query('UPDATE api_keys SET last_used_at = now() WHERE id = $1', [id])
  }
}
