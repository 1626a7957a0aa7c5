import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

@Entity('audit_entries')
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string

  @Column({ type: 'timestamptz', insert: false })
  at: Date

  @Column({ name: 'organization_id', type: 'uuid', nullable: true })
  organizationId: string | null

  @Column({ name: 'actor_kind', type: 'text' })
  actorKind: 'user' | 'api-key' | 'device' | 'builder' | 'system'

  @Column({ name: 'actor_id', type: 'text' })
  actorId: string

  @Column({ name: 'actor_label', type: 'text' })
  actorLabel: string

  @Column({ type: 'text', nullable: true })
  ip: string | null

  @Column({ type: 'text' })
  action: string

  @Column({ name: 'resource_kind', type: 'text' })
  resourceKind: string

  @Column({ name: 'resource_id', type: 'text' })
  resourceId: string

  @Column({ type: 'jsonb', nullable: true })
  before: unknown

  @Column({ type: 'jsonb', nullable: true })
  after: unknown
}
