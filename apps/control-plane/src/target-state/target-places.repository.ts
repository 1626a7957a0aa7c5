import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { UpdatePolicyParts } from '@flotilla/contracts'
import type { TargetPlace } from './build-target.js'

export interface TargetPlaceRow extends TargetPlace {
  fleetRevision: number
  wantedReleaseId: string | null
  fleetUpdatePolicy: UpdatePolicyParts
  deviceUpdatePolicy: UpdatePolicyParts
  // By which devices of the fleet know each other; base64url.
  neighbourKey: string
  // Of the fleet and of the device.
  forcedReleaseIds: (string | null)[]
}

@Injectable()
export class TargetPlaces {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** undefined where the device is gone, or has no board to run anything. */
  async find(deviceId: string): Promise<TargetPlaceRow | undefined> {
    const [row] = await this.source.query<TargetPlaceRow[]>(
      `SELECT d.id AS "deviceId", d.name AS "deviceName", h.uuid AS "hardwareUuid", h.platform,
         f.id AS "fleetId", f.name AS "fleetName", o.name AS organization,
         (f.revision + d.revision)::float8 AS generation, f.revision::float8 AS "fleetRevision",
         coalesce(d.pinned_release_id, f.target_release_id) AS "wantedReleaseId",
         f.update_policy AS "fleetUpdatePolicy", d.update_policy AS "deviceUpdatePolicy",
         rtrim(translate(encode(f.neighbour_key, 'base64'), '+/', '-_'), '=') AS "neighbourKey",
         ARRAY[f.forced_release_id, d.forced_release_id] AS "forcedReleaseIds"
       FROM devices d JOIN fleets f ON f.id = d.fleet_id JOIN organizations o ON o.id = f.organization_id
       JOIN hardware h ON h.device_id = d.id AND h.active
       WHERE d.id = $1`,
      [deviceId],
    )
    return row
  }

  /** For the queries that go with it, outside of any transaction. */
  get reader(): EntityManager {
    return this.source.manager
  }
}
