import type { ImageLayer, Platform } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { ServiceImage } from './download-cost.js'

/** One image of a release. */
export interface FleetImage extends ServiceImage {
  releaseId: string
  platform: Platform
  unpackedBytes: number | null
  layers: ImageLayer[] | null
}

/** So many devices of a platform that run a release. */
export interface RunningGroup {
  // null: nothing that is known.
  releaseId: string | null
  version: string | null
  platform: Platform
  devices: number
}

/**
 * What the images of a fleet are, and which of them its devices run: the release that they report as running, else the
 * last one that was well, for a device in the midst of an update still has that.
 */
@Injectable()
export class FleetImages {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  ofReleases(releaseIds: readonly string[]): Promise<FleetImage[]> {
    return this.source.query(
      `SELECT i.release_id AS "releaseId", i.service, i.platform, i.digest, i.size_bytes::float8 AS "sizeBytes",
         i.unpacked_bytes::float8 AS "unpackedBytes", i.layers
       FROM release_images i WHERE i.release_id = ANY($1::uuid[]) ORDER BY i.service, i.platform`,
      [releaseIds],
    )
  }

  /** Those of the digests that are images of releases of the fleet; the newest release of each. */
  ofFleet(fleetId: string, digests: readonly string[]): Promise<FleetImage[]> {
    return this.source.query(
      `SELECT DISTINCT ON (i.digest, i.service, i.platform) i.release_id AS "releaseId", i.service, i.platform,
         i.digest, i.size_bytes::float8 AS "sizeBytes", i.unpacked_bytes::float8 AS "unpackedBytes", i.layers
       FROM release_images i JOIN releases r ON r.id = i.release_id
       WHERE i.digest = ANY($2::text[]) AND r.fleet_id = $1
       ORDER BY i.digest, i.service, i.platform, i.layers IS NULL, r.number DESC`,
      [fleetId, digests],
    )
  }

  /** The devices of the fleet by what they run, the largest group first. Those without a board are left out. */
  running(fleetId: string): Promise<RunningGroup[]> {
    return this.source.query(
      `SELECT r.id AS "releaseId", r.version, h.platform, count(*)::int AS devices
       FROM devices d JOIN hardware h ON h.device_id = d.id AND h.active
       LEFT JOIN device_reports p ON p.device_id = d.id
       LEFT JOIN releases r ON r.id = coalesce(p.running_release_id, p.confirmed_release_id) AND r.fleet_id = d.fleet_id
       WHERE d.fleet_id = $1
       GROUP BY r.id, h.platform ORDER BY devices DESC, r.number DESC NULLS LAST`,
      [fleetId],
    )
  }

  /** Releases that devices are, or are about to be, told to run: the fleet's, the pinned ones, the newest. */
  async wanted(fleetId: string): Promise<string[]> {
    const rows = await this.source.query<{ id: string }[]>(
      `SELECT r.id FROM releases r WHERE r.fleet_id = $1 AND r.status = 'final' AND r.invalidated_at IS NULL AND (
         r.id = (SELECT target_release_id FROM fleets WHERE id = $1)
         OR r.id IN (SELECT pinned_release_id FROM devices WHERE fleet_id = $1)
         OR r.id = (SELECT n.id FROM releases n
              WHERE n.fleet_id = $1 AND n.status = 'final' AND n.invalidated_at IS NULL
              ORDER BY n.finalized_at DESC, n.number DESC LIMIT 1))`,
      [fleetId],
    )
    return rows.map(({ id }) => id)
  }

  /** Those of the releases that are the fleet's and have images. */
  async releasesOf(fleetId: string, releaseIds: readonly string[]): Promise<string[]> {
    const rows = await this.source.query<{ id: string }[]>(
      `SELECT r.id FROM releases r WHERE r.id = ANY($2::uuid[]) AND r.fleet_id = $1
         AND EXISTS (SELECT FROM release_images i WHERE i.release_id = r.id)`,
      [fleetId, releaseIds],
    )
    return rows.map(({ id }) => id)
  }

  /** The newest release that has the image; none where it is gone. */
  newestWith(fleetId: string, digest: string): Promise<{ id: string; organizationId: string }[]> {
    return this.source.query(
      `SELECT r.id, f.organization_id AS "organizationId" FROM release_images i
       JOIN releases r ON r.id = i.release_id JOIN fleets f ON f.id = r.fleet_id
       WHERE i.digest = $2 AND r.fleet_id = $1 ORDER BY r.number DESC LIMIT 1`,
      [fleetId, digest],
    )
  }

  /** Fleets whose devices could need something. */
  async fleetsWithDevices(): Promise<string[]> {
    const rows = await this.source.query<{ id: string }[]>(
      `SELECT f.id FROM fleets f WHERE EXISTS (SELECT FROM devices d WHERE d.fleet_id = f.id)
         AND EXISTS (SELECT FROM releases r WHERE r.fleet_id = f.id AND r.status = 'final') ORDER BY f.id`,
    )
    return rows.map(({ id }) => id)
  }

  /** Versions of the fleet's releases by the images in them, the newest first. */
  async versionsOf(fleetId: string, digests: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.source.query<{ digest: string; versions: string[] }[]>(
      `SELECT digest, array_agg(version ORDER BY number DESC) AS versions
       FROM (SELECT DISTINCT i.digest, r.version, r.number FROM release_images i JOIN releases r ON r.id = i.release_id
         WHERE r.fleet_id = $1 AND i.digest = ANY($2::text[])) AS named GROUP BY digest`,
      [fleetId, digests],
    )
    return new Map(rows.map(({ digest, versions }) => [digest, versions]))
  }

  /** For images that were built before layers were recorded: they never change. */
  async rememberLayers(fleetId: string, digest: string, layers: readonly ImageLayer[]): Promise<void> {
    await this.source.query(
      `UPDATE release_images i SET layers = $3 FROM releases r
       WHERE r.id = i.release_id AND r.fleet_id = $1 AND i.digest = $2 AND i.layers IS NULL`,
      [fleetId, digest, JSON.stringify(layers)],
    )
  }
}
