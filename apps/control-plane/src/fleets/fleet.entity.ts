import type { Platform, UpdatePolicyParts } from '@flotilla/contracts'
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

  // What the fleet sets of how its devices update.
  @Column({ name: 'update_policy', type: 'jsonb', insert: false })
  updatePolicy: UpdatePolicyParts

  // An operator wants it on the devices now; never another than the target.
  @Column({ name: 'forced_release_id', type: 'uuid', nullable: true, insert: false })
  forcedReleaseId: string | null

  // Half of the generation of each of its devices; see generations.repository.ts.
  @Column({ type: 'bigint', insert: false })
  revision: string

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
