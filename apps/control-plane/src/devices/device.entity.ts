import type { UpdatePolicyParts } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('devices')
export class Device {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'fleet_id', type: 'uuid' })
  fleetId: string

  @Column({ type: 'text' })
  name: string

  // Half of its generation; see fleets/generations.repository.ts.
  @Column({ type: 'bigint', insert: false })
  revision: string

  @Column({ name: 'pinned_release_id', type: 'uuid', nullable: true, insert: false })
  pinnedReleaseId: string | null

  // What it sets over its fleet's policy.
  @Column({ name: 'update_policy', type: 'jsonb', insert: false })
  updatePolicy: UpdatePolicyParts

  // An operator wants it on the device now; never another than the target.
  @Column({ name: 'forced_release_id', type: 'uuid', nullable: true, insert: false })
  forcedReleaseId: string | null

  @Column({ name: 'last_seen_at', type: 'timestamptz', nullable: true, insert: false })
  lastSeenAt: Date | null

  // Past it, without having been seen again, the device counts as offline.
  @Column({ name: 'online_until', type: 'timestamptz', nullable: true, insert: false })
  onlineUntil: Date | null

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
