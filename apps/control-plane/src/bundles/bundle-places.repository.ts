import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

/** A device that a bundle could have a target for. */
export interface BundlePlace {
  id: string
  name: string
  hasBoard: boolean
  // What it said last that it runs; null: nothing that is known.
  runningReleaseId: string | null
  runningVersion: string | null
}

@Injectable()
export class BundlePlaces {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Those of the fleet, or of the devices named, by name; `limit` of them at most. */
  ofFleet(fleetId: string, deviceIds: readonly string[] | undefined, limit: number): Promise<BundlePlace[]> {
    return this.source.query(
      `SELECT d.id, d.name, h.uuid IS NOT NULL AS "hasBoard", r.id AS "runningReleaseId", r.version AS "runningVersion"
       FROM devices d LEFT JOIN hardware h ON h.device_id = d.id AND h.active
       LEFT JOIN device_reports p ON p.device_id = d.id
       LEFT JOIN releases r ON r.id = coalesce(p.running_release_id, p.confirmed_release_id) AND r.fleet_id = d.fleet_id
       WHERE d.fleet_id = $1 AND ($2::uuid[] IS NULL OR d.id = ANY($2)) ORDER BY d.name, d.id LIMIT $3`,
      [fleetId, deviceIds ?? null, limit],
    )
  }
}
