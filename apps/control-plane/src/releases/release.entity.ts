import type { ComposeSpec, ReleaseStatus } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('releases')
export class Release {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'fleet_id', type: 'uuid' })
  fleetId: string

  // Counts the fleet's releases, from 1.
  @Column({ type: 'int' })
  number: number

  @Column({ type: 'text' })
  version: string

  @Column({ type: 'text' })
  status: ReleaseStatus

  @Column({ type: 'text' })
  commit: string

  @Column({ type: 'text', nullable: true })
  branch: string | null

  // The subject line of the commit.
  @Column({ type: 'text', nullable: true })
  message: string | null

  @Column({ type: 'text', nullable: true })
  author: string | null

  // Null: the release is older than this column, or its commit names no time.
  @Column({ name: 'committed_at', type: 'timestamptz', nullable: true })
  committedAt: Date | null

  @Column({ type: 'jsonb', nullable: true })
  compose: ComposeSpec | null

  @Column({ name: 'failure_reason', type: 'text', nullable: true })
  failureReason: string | null

  @Column({ name: 'invalidated_at', type: 'timestamptz', nullable: true })
  invalidatedAt: Date | null

  // Who pushed it, as history names them.
  @Column({ name: 'created_by', type: 'text', nullable: true })
  createdBy: string | null

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date

  @Column({ name: 'finalized_at', type: 'timestamptz', nullable: true })
  finalizedAt: Date | null
}
