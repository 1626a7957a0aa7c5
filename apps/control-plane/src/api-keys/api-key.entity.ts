import type { Role } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('api_keys')
export class ApiKey {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'user_id', type: 'uuid' })
  userId: string

  @Column({ type: 'text' })
  name: string

  // The token's first characters, to recognise it by.
  @Column({ type: 'text' })
  prefix: string

  @Column({ name: 'token_hash', type: 'bytea', select: false })
  tokenHash: Buffer

  // The most that the token may do; null: all that its user may.
  @Column({ type: 'text', nullable: true })
  role: Role | null

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt: Date | null

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true, insert: false })
  lastUsedAt: Date | null
}
