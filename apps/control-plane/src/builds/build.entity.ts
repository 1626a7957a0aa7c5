import type { BuildTask } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'
import type { ActorName } from '../auth/index.js'

export type BuildState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** One image to make. Where it goes and what may be its cache is said when a builder asks. */
export type TaskTemplate = Omit<BuildTask, 'push' | 'cacheFrom'>

@Entity('builds')
export class Build {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'fleet_id', type: 'uuid' })
  fleetId: string

  @Column({ name: 'release_id', type: 'uuid' })
  releaseId: string

  @Column({ type: 'text' })
  state: BuildState

  // Which time it is that a builder has it; 0 before the first.
  @Column({ type: 'int' })
  attempt: number

  @Column({ type: 'jsonb' })
  tasks: TaskTemplate[]

  // Pushed to the deploy branch: the release is final as soon as it is built.
  @Column({ name: 'makes_final', type: 'boolean' })
  makesFinal: boolean

  // Of the archive that it is built from; null once it is over.
  @Column({ name: 'source_file', type: 'text', nullable: true })
  sourceFile: string | null

  // Why it ended otherwise than well.
  @Column({ type: 'text', nullable: true })
  reason: string | null

  @Column({ name: 'queued_at', type: 'timestamptz' })
  queuedAt: Date

  // Of the first attempt.
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt: Date | null

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt: Date | null

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil: Date | null

  // Of all attempts together.
  @Column({ name: 'deadline_at', type: 'timestamptz', nullable: true })
  deadlineAt: Date | null

  // The run of a builder that holds the lease.
  @Column({ type: 'text', nullable: true })
  runner: string | null

  // How many leases ran out.
  @Column({ type: 'int' })
  lost: number

  @Column({ name: 'actor_kind', type: 'text' })
  actorKind: ActorName['kind']

  @Column({ name: 'actor_id', type: 'text' })
  actorId: string

  @Column({ name: 'actor_label', type: 'text' })
  actorLabel: string
}

export function isOver(build: { state: BuildState }): boolean {
  return build.state !== 'queued' && build.state !== 'running'
}
