import type { DeviceState, DeviceStateSchema, MetricsSample, Platform, UpdatePolicyParts } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { z } from 'zod'
import type { Transaction } from '../database/transactions.js'
import type { TimeCursor } from '../http/cursor-keys.js'
import { type DeviceFilter, deviceConditions } from './device-filter.js'
import { Device } from './device.entity.js'

/** The board in a device, as its reader sees it. */
export interface BoardRow {
  id: string
  uuid: string
  platform: Platform
  deviceType: string | null
  serialNumber: string | null
  // bigint: comes as text outside of JSON
  memoryBytes: number | null
  registeredAt: string
}

export interface ReportRow {
  activity: DeviceState['activity'] | null
  generation: number | null
  runningReleaseId: string | null
  runningVersion: string | null
  confirmedReleaseId: string | null
  confirmedVersion: string | null
  reportedAt: string
  metrics: MetricsSample | null
  // As the device sent it, what has a default may be missing; without what is long, and is read by itself.
  state: Pick<z.input<typeof DeviceStateSchema>, 'supervisor' | 'explanation' | 'transfers' | 'apps'>
}

/** A device with what stands around it: its fleet, its board, its last report. */
export interface DeviceRow {
  id: string
  fleetId: string
  fleet: string
  organizationId: string
  organization: string
  name: string
  revision: number
  fleetRevision: number
  pinnedReleaseId: string | null
  // The release that it should run, if there are images for its board.
  wantedReleaseId: string | null
  updatePolicy: UpdatePolicyParts
  fleetUpdatePolicy: UpdatePolicyParts
  forcedReleaseId: string | null
  fleetForcedReleaseId: string | null
  lastSeenAt: Date | null
  online: boolean
  createdAt: Date
  // createdAt with its microseconds, for cursors.
  position: string
  board: BoardRow | null
  report: ReportRow | null
}

const FROM = `
  FROM devices d
  JOIN fleets f ON f.id = d.fleet_id
  JOIN organizations o ON o.id = f.organization_id
  LEFT JOIN hardware h ON h.device_id = d.id AND h.active
  LEFT JOIN device_reports r ON r.device_id = d.id
  LEFT JOIN releases rr ON rr.id = r.running_release_id
  LEFT JOIN releases rc ON rc.id = r.confirmed_release_id`

const SELECT = `
  SELECT d.id, d.fleet_id AS "fleetId", f.name AS fleet, f.organization_id AS "organizationId",
    o.name AS organization, d.name, d.revision::float8 AS revision, f.revision::float8 AS "fleetRevision",
    d.pinned_release_id AS "pinnedReleaseId", coalesce(d.pinned_release_id, f.target_release_id) AS "wantedReleaseId",
    d.update_policy AS "updatePolicy", f.update_policy AS "fleetUpdatePolicy",
    d.forced_release_id AS "forcedReleaseId", f.forced_release_id AS "fleetForcedReleaseId",
    d.last_seen_at AS "lastSeenAt", coalesce(d.online_until > now(), false) AS online,
    d.created_at AS "createdAt", d.created_at::text AS position,
    CASE WHEN h.id IS NOT NULL THEN json_build_object('id', h.id, 'uuid', h.uuid, 'platform', h.platform,
      'deviceType', h.device_type, 'serialNumber', h.serial_number, 'memoryBytes', h.memory_bytes,
      'registeredAt', h.registered_at) END AS board,
    CASE WHEN r.device_id IS NOT NULL THEN json_build_object('activity', r.activity, 'generation', r.generation,
      'runningReleaseId', r.running_release_id, 'runningVersion', rr.version, 'confirmedReleaseId', r.confirmed_release_id,
      'confirmedVersion', rc.version, 'reportedAt', r.reported_at, 'metrics', r.metrics,
      'state', state_in_short(r.state)) END AS report
  ${FROM}`

@Injectable()
export class DevicesRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async find(id: string, reader: EntityManager = this.source.manager): Promise<DeviceRow | undefined> {
    const [row] = await reader.query<DeviceRow[]>(`${SELECT} WHERE d.id = $1`, [id])
    return row
  }

  /** The device, which nobody else changes until the transaction ends. */
  async lock(transaction: Transaction, id: string): Promise<DeviceRow | undefined> {
    await transaction.query('SELECT FROM devices WHERE id = $1 FOR UPDATE', [id])
    return this.find(id, transaction)
  }

  page(filter: DeviceFilter, limit: number, after: TimeCursor | undefined): Promise<DeviceRow[]> {
    const { text, parameters } = deviceConditions(filter, after)
    return this.source.query(`${SELECT} WHERE ${text} ORDER BY d.created_at, d.id LIMIT ${limit}`, parameters)
  }

  /** False where the fleet has a device of that name already. */
  async insert(transaction: Transaction, device: Pick<Device, 'id' | 'fleetId' | 'name'>): Promise<boolean> {
    const rows = await transaction.query<unknown[]>(
      'INSERT INTO devices (id, fleet_id, name) VALUES ($1, $2, $3) ON CONFLICT (fleet_id, name) DO NOTHING RETURNING id',
      [device.id, device.fleetId, device.name],
    )
    return rows.length > 0
  }

  async update(
    transaction: Transaction,
    id: string,
    to: Partial<Pick<Device, 'name' | 'pinnedReleaseId' | 'updatePolicy' | 'forcedReleaseId'>>,
  ): Promise<void> {
    await transaction.update(Device, { id }, to)
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.delete(Device, { id })
  }
}
