import type { Role } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('memberships')
export class Membership {
  @PrimaryColumn({ name: 'organization_id', type: 'uuid' })
  organizationId: string

  @PrimaryColumn({ name: 'user_id', type: 'uuid' })
  userId: string

  @Column({ type: 'text' })
  role: Role

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
