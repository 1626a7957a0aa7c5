import type { Platform } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'

/** The release that a device should run, and the board that it would run on. */
export interface WantedRelease {
  releaseId: string
  platform: Platform
}

export interface TargetRelease extends WantedRelease {
  wantedVersion: string
  // The wanted one, else the newest before it that was built for the platform; null where there is none.
  targetReleaseId: string | null
  targetVersion: string | null
}

/**
 * What a wanted release comes to on a platform. A fleet may get a board of a kind that its release was not built for;
 * that board stays at the newest release that has an image of every service for it.
 */
@Injectable()
export class TargetReleases {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async resolve(wanted: WantedRelease[], reader: EntityManager = this.source.manager): Promise<TargetRelease[]> {
    if (wanted.length === 0) return []
    return reader.query(
      `SELECT w.release_id AS "releaseId", w.platform, wanted.version AS "wantedVersion",
         fit.id AS "targetReleaseId", fit.version AS "targetVersion"
       FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[])) AS w (release_id, platform)
       JOIN releases wanted ON wanted.id = w.release_id
       LEFT JOIN LATERAL (
         SELECT c.id, c.version FROM releases c
         WHERE c.fleet_id = wanted.fleet_id AND c.status = 'final'
           AND (c.id = wanted.id OR c.invalidated_at IS NULL AND c.finalized_at <= wanted.finalized_at)
           AND NOT EXISTS (
             SELECT FROM jsonb_object_keys(c.compose -> 'services') AS service
             WHERE NOT EXISTS (
               SELECT FROM release_images i
               WHERE i.release_id = c.id AND i.service = service AND i.platform = w.platform))
         ORDER BY c.id = wanted.id DESC, c.finalized_at DESC, c.number DESC LIMIT 1
       ) AS fit ON true`,
      [wanted.map((each) => each.releaseId), wanted.map((each) => each.platform)],
    )
  }
}
