import type { Platform } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('fleets')
export class Fleet {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'organization_id', type: 'uuid' })
  organizationId: string

  @Column({ type: 'text' })
  name: string

  @Column({ name: 'deploy_branch', type: 'text' })
  deployBranch: string

  // To build for, besides those of its boards.
  @Column({ type: 'text', array: true })
  platforms: Platform[]

  @Column({ name: 'target_release_id', type: 'uuid', nullable: true })
  targetReleaseId: string | null

  @Column({ type: 'boolean' })
  pinned: boolean

  // Half of the generation of each of its devices; see generations.repository.ts.
  @Column({ type: 'bigint', insert: false })
  revision: string

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
