import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import type { TimeCursor } from '../http/cursor-keys.js'
import { Build } from './build.entity.js'

/** A build with its organization, its place in the queue, and its position for cursors. */
export interface BuildRow {
  id: string
  fleetId: string
  organizationId: string
  releaseId: string
  state: Build['state']
  attempt: number
  reason: string | null
  queuedAt: Date
  startedAt: Date | null
  endedAt: Date | null
  deadlineAt: Date | null
  before: number
  position: string
}

export interface BuildFilter {
  organizationIds: string[]
  fleet?: string
  release?: string
  state?: string
  limit: number
  after?: TimeCursor
}

const SELECT = `
  SELECT b.id, b.fleet_id AS "fleetId", f.organization_id AS "organizationId", b.release_id AS "releaseId", b.state,
    b.attempt, b.reason, b.queued_at AS "queuedAt", b.started_at AS "startedAt", b.ended_at AS "endedAt",
    b.deadline_at AS "deadlineAt", b.queued_at::text AS position,
    CASE WHEN b.state = 'queued' THEN (SELECT count(*)::int FROM builds o
      WHERE o.state IN ('queued', 'running') AND (o.queued_at, o.id) < (b.queued_at, b.id)) ELSE 0 END AS before
  FROM builds b JOIN fleets f ON f.id = b.fleet_id`

const SELECT_OPEN = `
  SELECT b.id, r.commit, r.id AS "releaseId", b.actor_id AS "actorId", b.actor_label AS "actorLabel"
  FROM builds b JOIN releases r ON r.id = b.release_id
  WHERE b.fleet_id = $1 AND b.state IN ('queued', 'running')`

@Injectable()
export class BuildsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  find(id: string): Promise<Build | null> {
    return this.source.getRepository(Build).findOneBy({ id })
  }

  /** The build, which nobody else changes until the transaction ends. */
  lock(transaction: Transaction, id: string): Promise<Build | null> {
    return transaction.findOne(Build, { where: { id }, lock: { mode: 'pessimistic_write' } })
  }

  /** As above for changes that end a build, with its fleet's lock first, as everything takes it. */
  async lockWithFleet(transaction: Transaction, id: string): Promise<Build | null> {
    await transaction.query('SELECT FROM fleets f JOIN builds b ON b.fleet_id = f.id WHERE b.id = $1 FOR UPDATE OF f', [
      id,
    ])
    return this.lock(transaction, id)
  }

  async organizationOf(transaction: Transaction, fleetId: string): Promise<string | undefined> {
    const [row] = await transaction.query<{ id: string }[]>('SELECT organization_id AS id FROM fleets WHERE id = $1', [
      fleetId,
    ])
    return row?.id
  }

  async row(id: string, reader: EntityManager = this.source.manager): Promise<BuildRow | undefined> {
    const [row] = await reader.query<BuildRow[]>(`${SELECT} WHERE b.id = $1`, [id])
    return row
  }

  /** Newest first. */
  page({ organizationIds, fleet, release, state, limit, after }: BuildFilter): Promise<BuildRow[]> {
    return this.source.query(
      `${SELECT} WHERE f.organization_id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR b.fleet_id = $2)
         AND ($3::uuid IS NULL OR b.release_id = $3) AND ($4::text IS NULL OR b.state = $4)
         AND ($5::timestamptz IS NULL OR (b.queued_at, b.id) < ($5, $6::uuid))
       ORDER BY b.queued_at DESC, b.id DESC LIMIT $7`,
      [organizationIds, fleet, release, state, after?.at, after?.id, limit],
    )
  }

  async insert(transaction: Transaction, build: Omit<Build, 'queuedAt'>): Promise<void> {
    // Not the transaction's start: builds of one fleet must be in the order in which they got its lock.
    await transaction.insert(Build, { ...build, queuedAt: () => 'clock_timestamp()' })
  }

  async update(transaction: Transaction, id: string, changes: Partial<Omit<Build, 'id' | 'tasks'>>): Promise<void> {
    await transaction.update(Build, { id }, changes)
  }

  /** Every build that is not over. */
  open(): Promise<Build[]> {
    return this.source
      .createQueryBuilder(Build, 'build')
      .where("build.state IN ('queued', 'running')")
      .orderBy({ 'build.queuedAt': 'ASC', 'build.id': 'ASC' })
      .getMany()
  }

  /** The open build of a fleet that is next or under way: builds of one fleet run one after the other. */
  async heads(fleetId?: string): Promise<Pick<Build, 'id' | 'state' | 'attempt'>[]> {
    return this.source.query(
      `SELECT DISTINCT ON (fleet_id) id, state, attempt FROM builds
       WHERE state IN ('queued', 'running') AND ($1::uuid IS NULL OR fleet_id = $1) ORDER BY fleet_id, queued_at, id`,
      [fleetId],
    )
  }

  /** The open build of a branch that was pushed last. */
  async openOfBranch(fleetId: string, branch: string): Promise<OpenBuild | undefined> {
    const [row] = await this.source.query<OpenBuild[]>(
      `${SELECT_OPEN} AND r.branch = $2 ORDER BY b.queued_at DESC, b.id DESC LIMIT 1`,
      [fleetId, branch],
    )
    return row
  }

  /** Of whatever branch. */
  async openOfCommit(fleetId: string, commit: string): Promise<OpenBuild | undefined> {
    const [row] = await this.source.query<OpenBuild[]>(`${SELECT_OPEN} AND r.commit = $2 LIMIT 1`, [fleetId, commit])
    return row
  }
}

export interface OpenBuild {
  id: string
  commit: string
  releaseId: string
  actorId: string
  actorLabel: string
}
