import type { ReleaseRejection } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { TimeCursor } from '../http/cursor-keys.js'
import type { Release } from './release.entity.js'

/** A release with what other tables say of it. */
export interface ReleaseRow extends Omit<Release, 'compose' | 'createdBy'> {
  organizationId: string
  buildId: string | null
  targeted: number
  running: number
  confirmed: number
  rejected: number
  // createdAt with its microseconds, for cursors.
  position: string
}

export interface ReleaseFilter {
  organizationIds: string[]
  fleet?: string
  status?: string
  version?: string
  commit?: string
  limit: number
  after?: TimeCursor
}

const SELECT = `
  SELECT r.id, r.fleet_id AS "fleetId", f.organization_id AS "organizationId", r.number, r.version, r.status, r.commit,
    r.branch, r.message, r.author, r.failure_reason AS "failureReason", r.invalidated_at AS "invalidatedAt",
    r.created_at AS "createdAt", r.created_at::text AS position, r.finalized_at AS "finalizedAt", b.id AS "buildId",
    -- Those that follow the fleet are counted for the one release that it runs, not once for each of a page.
    (SELECT count(*)::int FROM devices d WHERE d.pinned_release_id = r.id)
      + CASE WHEN f.target_release_id = r.id THEN (SELECT count(*)::int FROM devices d
          WHERE d.fleet_id = r.fleet_id AND d.pinned_release_id IS NULL) ELSE 0 END AS targeted,
    (SELECT count(*)::int FROM device_reports p WHERE p.running_release_id = r.id) AS running,
    (SELECT count(*)::int FROM device_reports p WHERE p.confirmed_release_id = r.id) AS confirmed,
    (SELECT count(*)::int FROM device_reports p WHERE p.rejected_release_id = r.id) AS rejected
  FROM releases r JOIN fleets f ON f.id = r.fleet_id LEFT JOIN builds b ON b.release_id = r.id`

@Injectable()
export class ReleaseViewsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async find(id: string, reader: EntityManager = this.source.manager): Promise<ReleaseRow | undefined> {
    const [row] = await reader.query<ReleaseRow[]>(`${SELECT} WHERE r.id = $1`, [id])
    return row
  }

  /** Why devices gave the release up, the most frequent reason first. */
  rejections(id: string, limit: number, reader: EntityManager = this.source.manager): Promise<ReleaseRejection[]> {
    return reader.query(
      `SELECT said.code, said.reason, count(*)::int AS devices,
         (array_agg(json_build_object('deviceId', said.id, 'device', said.name, 'at', said.at)
           ORDER BY said.received_at DESC))[1] AS last
       FROM (
         SELECT d.id, d.name, p.received_at, app->'rejected'->>'at' AS at, app->'rejected'->>'code' AS code,
           app->'rejected'->>'reason' AS reason
         FROM device_reports p JOIN devices d ON d.id = p.device_id
         JOIN LATERAL jsonb_extract_path(p.state, 'apps', d.fleet_id::text) AS app ON true
         WHERE p.rejected_release_id = $1) said
       WHERE said.code IS NOT NULL
       GROUP BY said.code, said.reason ORDER BY devices DESC, said.reason LIMIT $2`,
      [id, limit],
    )
  }

  /** Newest first. A commit may be given by its first digits. */
  page({ organizationIds, fleet, status, version, commit, limit, after }: ReleaseFilter): Promise<ReleaseRow[]> {
    return this.source.query(
      `${SELECT} WHERE f.organization_id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR r.fleet_id = $2)
         AND ($3::text IS NULL OR r.status = $3) AND ($4::text IS NULL OR r.version = $4)
         AND ($5::text IS NULL OR starts_with(r.commit, lower($5)))
         AND ($6::timestamptz IS NULL OR (r.created_at, r.id) < ($6, $7::uuid))
       ORDER BY r.created_at DESC, r.id DESC LIMIT $8`,
      [organizationIds, fleet, status, version, commit, after?.at, after?.id, limit],
    )
  }
}
