import type { Platform } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

/** A device as its own requests need it. */
export interface KnownDevice {
  deviceId: string
  // The device's half of its generation.
  revision: number
  fleetId: string
  organizationId: string
  // Its active board.
  hardwareId: string
  hardwareUuid: string
  platform: Platform
}

@Injectable()
export class KnownDevicesRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Those of the devices that exist and have a board. */
  findDevices(deviceIds: string[]): Promise<KnownDevice[]> {
    return this.source.query(
      `SELECT d.id AS "deviceId", d.revision::float8 AS revision, d.fleet_id AS "fleetId",
         f.organization_id AS "organizationId", h.id AS "hardwareId", h.uuid AS "hardwareUuid", h.platform
       FROM devices d JOIN fleets f ON f.id = d.fleet_id JOIN hardware h ON h.device_id = d.id AND h.active
       WHERE d.id = ANY($1::uuid[])`,
      [deviceIds],
    )
  }

  findFleetRevisions(fleetIds: string[]): Promise<{ id: string; revision: number }[]> {
    return this.source.query('SELECT id, revision::float8 AS revision FROM fleets WHERE id = ANY($1::uuid[])', [
      fleetIds,
    ])
  }
}
