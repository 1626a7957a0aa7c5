import type { Platform, UpdatePolicyParts } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import type { TimeCursor } from '../http/cursor-keys.js'
import { Fleet } from './fleet.entity.js'

/** A fleet with the name of its organization. */
export interface FleetRow {
  id: string
  organizationId: string
  organization: string
  name: string
  deployBranch: string
  platforms: Platform[]
  targetReleaseId: string | null
  pinned: boolean
  updatePolicy: UpdatePolicyParts
  forcedReleaseId: string | null
  revision: number
  createdAt: Date
  // createdAt with its microseconds, for cursors.
  position: string
}

export type NewFleet = Omit<Fleet, 'updatePolicy' | 'forcedReleaseId' | 'revision' | 'createdAt'>

export interface DeviceCounts {
  total: number
  online: number
  rejected: number
  failing: number
}

export interface FleetFilter {
  organizationIds: string[]
  // Name or id.
  organization?: string
  name?: string
  limit: number
  after?: TimeCursor
}

const SELECT = `
  SELECT f.id, f.organization_id AS "organizationId", o.name AS organization, f.name, f.deploy_branch AS "deployBranch",
    f.platforms, f.target_release_id AS "targetReleaseId", f.pinned, f.update_policy AS "updatePolicy",
    f.forced_release_id AS "forcedReleaseId", f.revision::float8 AS revision,
    f.created_at AS "createdAt", f.created_at::text AS position
  FROM fleets f JOIN organizations o ON o.id = f.organization_id`

@Injectable()
export class FleetsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async find(id: string, reader: EntityManager = this.source.manager): Promise<FleetRow | undefined> {
    const [row] = await reader.query<FleetRow[]>(`${SELECT} WHERE f.id = $1`, [id])
    return row
  }

  /** The fleet, which nobody else changes until the transaction ends. */
  async lock(transaction: Transaction, id: string): Promise<FleetRow | undefined> {
    const [row] = await transaction.query<FleetRow[]>(`${SELECT} WHERE f.id = $1 FOR UPDATE OF f`, [id])
    return row
  }

  async findByPath(organization: string, name: string): Promise<FleetRow | undefined> {
    const [row] = await this.source.query<FleetRow[]>(`${SELECT} WHERE o.name = $1 AND f.name = $2`, [
      organization,
      name,
    ])
    return row
  }

  page({ organizationIds, organization, name, limit, after }: FleetFilter): Promise<FleetRow[]> {
    return this.source.query(
      `${SELECT} WHERE f.organization_id = ANY($1::uuid[])
         AND ($2::text IS NULL OR o.name = $2 OR o.id::text = $2) AND ($3::text IS NULL OR f.name = $3)
         AND ($4::timestamptz IS NULL OR (f.created_at, f.id) > ($4, $5::uuid))
       ORDER BY f.created_at, f.id LIMIT $6`,
      [organizationIds, organization, name, after?.at, after?.id, limit],
    )
  }

  async insert(transaction: Transaction, fleet: NewFleet): Promise<void> {
    await transaction.insert(Fleet, fleet)
  }

  async update(transaction: Transaction, id: string, changes: Partial<Omit<Fleet, 'revision'>>): Promise<void> {
    if (Object.keys(changes).length > 0) await transaction.update(Fleet, { id }, changes)
  }

  /** The release that the fleet's devices should run is another: what was forced on one of them is no more. */
  async unforceDevices(transaction: Transaction, id: string): Promise<void> {
    await transaction.query(
      `UPDATE devices SET forced_release_id = NULL
       WHERE fleet_id = $1 AND forced_release_id IS NOT NULL AND pinned_release_id IS NULL`,
      [id],
    )
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.delete(Fleet, { id })
  }

  async deviceCounts(fleetIds: string[], reader: EntityManager = this.source.manager) {
    const rows = await reader.query<({ fleetId: string } & DeviceCounts)[]>(
      `SELECT d.fleet_id AS "fleetId", d.total, d.online, coalesce(t.rejected, 0) AS rejected,
         coalesce(t.failing, 0) AS failing
       FROM (SELECT fleet_id, count(*)::int AS total, count(*) FILTER (WHERE online_until > now())::int AS online
         FROM devices WHERE fleet_id = ANY($1::uuid[]) GROUP BY fleet_id) d
       LEFT JOIN (SELECT fleet_id, count(rejected_release_id)::int AS rejected,
           count(*) FILTER (WHERE activity = 'failing')::int AS failing
         FROM device_reports r JOIN devices ON id = device_id
         WHERE (rejected_release_id IS NOT NULL OR activity = 'failing') AND fleet_id = ANY($1::uuid[])
         GROUP BY fleet_id) t ON t.fleet_id = d.fleet_id`,
      [fleetIds],
    )
    return new Map(rows.map(({ fleetId, ...counts }) => [fleetId, counts]))
  }

  async findOrganization(name: string): Promise<string | undefined> {
    const [row] = await this.source.query<{ id: string }[]>('SELECT id FROM organizations WHERE name = $1', [name])
    return row?.id
  }

  async platformsOfBoards(fleetId: string): Promise<Platform[]> {
    const rows = await this.source.query<{ platform: Platform }[]>(
      `SELECT DISTINCT h.platform FROM devices d JOIN hardware h ON h.device_id = d.id AND h.active
       WHERE d.fleet_id = $1 ORDER BY h.platform`,
      [fleetId],
    )
    return rows.map((row) => row.platform)
  }

  /** A release of the fleet that devices may be told to run: final and not invalidated. */
  async findDeployable(transaction: Transaction, fleetId: string, releaseId: string): Promise<string | undefined> {
    const [row] = await transaction.query<{ id: string }[]>(
      `SELECT id FROM releases
       WHERE id = $2 AND fleet_id = $1 AND status = 'final' AND invalidated_at IS NULL FOR SHARE`,
      [fleetId, releaseId],
    )
    return row?.id
  }

  /** The one that was made final last. */
  async newestDeployable(transaction: Transaction, fleetId: string): Promise<string | undefined> {
    const [row] = await transaction.query<{ id: string }[]>(
      `SELECT id FROM releases WHERE fleet_id = $1 AND status = 'final' AND invalidated_at IS NULL
       ORDER BY finalized_at DESC, number DESC LIMIT 1`,
      [fleetId],
    )
    return row?.id
  }
}
