import type { DeviceState, Rejection, ServiceState } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

export interface Refusal {
  device: string
  reason: string
}

/** A release that a device gave up, as the device tells it: what has a default may be missing. */
export interface GivenUp {
  device: string
  rejection: Pick<Rejection, 'reason'> & Partial<Pick<Rejection, 'services'>>
  // False: it has none to go back to, and tries the same one again.
  isFinal: boolean
  // The version; null where it is not known here.
  goesBackTo: string | null
}

/** What a device does about a release, as it last said. */
export interface Doing {
  device: string
  activity: DeviceState['activity'] | null
  explanation: string | null
  services: Record<string, Pick<ServiceState, 'status' | 'download'>> | null
}

export interface Standing {
  // Those that are there now.
  online: number
  // Those of them that run the release, and are done with watching it.
  running: number
  updating: number
  waiting: number
  failing: number
}

/** What is followed: devices of the fleet that are to run the release, by what they said since. */
export interface Followed {
  fleetId: string
  releaseId: string
  since: Date
}

const FOLLOWED = 'd.fleet_id = $1 AND d.pinned_release_id IS NULL'
const APP = `jsonb_extract_path(r.state, 'apps', d.fleet_id::text)`
// It has been well for as long as it is watched, or is not watched at all.
const RUNS = `(r.running_release_id = $2 AND ${APP}->'trial'->>'releaseId' IS DISTINCT FROM $2::text)`
// Sightings are stored a little later than reports.
const IS_ONLINE = '(d.online_until > now() OR r.received_at >= $3)'

/** What the devices of a fleet say of a release. */
@Injectable()
export class DeviceWatchRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async count(fleetId: string): Promise<{ total: number; online: number }> {
    const [row] = await this.source.query<{ total: number; online: number }[]>(
      `SELECT count(*)::int AS total, count(*) FILTER (WHERE online_until > now())::int AS online
       FROM devices WHERE fleet_id = $1 AND pinned_release_id IS NULL`,
      [fleetId],
    )
    return row ?? { total: 0, online: 0 }
  }

  async standing({ fleetId, releaseId, since }: Followed): Promise<Standing> {
    const [row] = await this.source.query<Standing[]>(
      `SELECT count(*)::int AS online, count(*) FILTER (WHERE ${RUNS})::int AS running,
         count(*) FILTER (WHERE r.activity = 'updating')::int AS updating,
         count(*) FILTER (WHERE r.activity = 'waiting')::int AS waiting,
         count(*) FILTER (WHERE r.activity = 'failing')::int AS failing
       FROM devices d LEFT JOIN device_reports r ON r.device_id = d.id WHERE ${FOLLOWED} AND ${IS_ONLINE}`,
      [fleetId, releaseId, since],
    )
    return row ?? { online: 0, running: 0, updating: 0, waiting: 0, failing: 0 }
  }

  /** The names of devices that run the release, those first that did first, and how many they are. */
  async running({ fleetId, releaseId }: Followed, limit: number): Promise<{ names: string[]; count: number }> {
    const rows = await this.source.query<{ name: string; count: number }[]>(
      `SELECT d.name, count(*) OVER ()::int AS count FROM device_reports r JOIN devices d ON d.id = r.device_id
       WHERE ${FOLLOWED} AND ${RUNS} ORDER BY r.received_at LIMIT $3`,
      [fleetId, releaseId, limit],
    )
    return { names: rows.map(({ name }) => name), count: rows[0]?.count ?? 0 }
  }

  /** Devices that tried the release and gave it up, or have failed with it and have none to go back to. */
  givenUp({ fleetId, releaseId }: Followed, limit: number): Promise<GivenUp[]> {
    return this.source.query(
      `SELECT d.name AS device, coalesce(${APP}->'rejected', ${APP}->'trial'->'lastFailure') AS rejection,
         coalesce(r.rejected_release_id = $2, false) AS "isFinal", c.version AS "goesBackTo"
       FROM devices d JOIN device_reports r ON r.device_id = d.id LEFT JOIN releases c ON c.id = r.confirmed_release_id
       WHERE ${FOLLOWED} AND (r.rejected_release_id = $2 OR (r.confirmed_release_id IS NULL
         AND ${APP}->'trial'->>'releaseId' = $2::text AND ${APP}->'trial'->'lastFailure' IS NOT NULL))
       ORDER BY r.received_at LIMIT $3`,
      [fleetId, releaseId, limit],
    )
  }

  /** Devices that will not try what they were told since, each with why. */
  refusals({ fleetId, since }: Followed, limit: number): Promise<Refusal[]> {
    return this.source.query(
      `SELECT d.name AS device, coalesce(e.detail->>'reason', e.detail->>'error', e.kind) AS reason
       FROM (
         SELECT DISTINCT ON (device_id) device_id, kind, detail FROM device_events
         WHERE fleet_id = $1 AND received_at >= $2
           AND (kind = 'target-refused' OR kind = 'step-failed' AND detail->'isFinal' = 'true')
         ORDER BY device_id, id DESC) e
       JOIN devices d ON d.id = e.device_id
       WHERE ${FOLLOWED} LIMIT $3`,
      [fleetId, since, limit],
    )
  }

  /** What devices do, those first that cannot go on for now; `all`: not only those. */
  doings({ fleetId, since }: Followed, { limit, all }: { limit: number; all: boolean }): Promise<Doing[]> {
    return this.source.query(
      `SELECT d.name AS device, r.activity, r.state->>'explanation' AS explanation, ${APP}->'services' AS services
       FROM devices d JOIN device_reports r ON r.device_id = d.id
       WHERE ${FOLLOWED} AND r.received_at >= $2 AND (r.activity = 'failing' OR $3)
       ORDER BY r.activity IS DISTINCT FROM 'failing', d.name LIMIT $4`,
      [fleetId, since, all, limit],
    )
  }
}
