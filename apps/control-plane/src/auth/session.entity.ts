import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('sessions')
export class Session {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'user_id', type: 'uuid' })
  userId: string

  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash: Buffer

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
