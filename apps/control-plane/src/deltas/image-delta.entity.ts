import type { ImageDeltaState, Platform } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('image_deltas')
export class ImageDelta {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'fleet_id', type: 'uuid' })
  fleetId: string

  // The first that wanted it: two services may have the same images.
  @Column({ type: 'text' })
  service: string

  @Column({ type: 'text' })
  platform: Platform

  // Manifest digests.
  @Column({ name: 'from_digest', type: 'text' })
  fromDigest: string

  @Column({ name: 'to_digest', type: 'text' })
  toDigest: string

  @Column({ type: 'text' })
  state: ImageDeltaState

  // Why it is not ready.
  @Column({ type: 'text', nullable: true })
  reason: string | null

  // Which time it is that a worker has it; 0 before the first.
  @Column({ type: 'int' })
  attempt: number

  // Attempts that came to nothing through no fault of the images: worker killed, registry away.
  @Column({ type: 'int' })
  setbacks: number

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil: Date | null

  // Of the attempt.
  @Column({ name: 'deadline_at', type: 'timestamptz', nullable: true })
  deadlineAt: Date | null

  @Column({ name: 'requested_by', type: 'text' })
  requestedBy: 'build' | 'device' | 'person'

  // Device or user id; null for builds.
  @Column({ type: 'text', nullable: true })
  requester: string | null

  @Column({ name: 'requested_at', type: 'timestamptz', insert: false })
  requestedAt: Date

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt: Date | null

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt: Date | null

  // When a device was last told of it, within an hour.
  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt: Date | null

  @Column({ name: 'blob_digest', type: 'text', nullable: true })
  blobDigest: string | null

  @Column({ name: 'manifest_digest', type: 'text', nullable: true })
  manifestDigest: string | null

  @Column({ name: 'size_bytes', type: 'bigint', nullable: true })
  sizeBytes: string | null

  @Column({ name: 'plain_bytes', type: 'bigint', nullable: true })
  plainBytes: string | null

  @Column({ name: 'work_bytes', type: 'bigint', nullable: true })
  workBytes: string | null
}

/** What names one: the fleet's, from one manifest digest to another. */
export interface ImagePair {
  fleetId: string
  service: string
  platform: Platform
  fromDigest: string
  toDigest: string
}
