import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

export interface Refusal {
  device: string
  reason: string
}

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

  /** The names of devices that run the release, those first that did first. */
  async running(releaseId: string, limit: number): Promise<string[]> {
    const rows = await this.source.query<{ name: string }[]>(
      `SELECT d.name FROM device_reports r JOIN devices d ON d.id = r.device_id
       WHERE r.running_release_id = $1 ORDER BY r.received_at LIMIT $2`,
      [releaseId, limit],
    )
    return rows.map((row) => row.name)
  }

  /** Devices that gave up on what they were told since, each with why. */
  refusals(fleetId: string, since: Date, limit: number): Promise<Refusal[]> {
    return this.source.query(
      `SELECT d.name AS device, coalesce(e.detail->>'reason', e.detail->>'error', e.kind) AS reason
       FROM devices d JOIN LATERAL (
         SELECT kind, detail FROM device_events WHERE device_id = d.id AND received_at >= $2
           AND (kind = 'target-refused' OR kind = 'release-rejected'
             OR (kind = 'step-failed' AND detail->'isFinal' = 'true'))
         ORDER BY id DESC LIMIT 1) e ON true
       WHERE d.fleet_id = $1 LIMIT $3`,
      [fleetId, since, limit],
    )
  }

  /** What devices do that cannot go on for now. */
  explanations(fleetId: string, since: Date, limit: number): Promise<Refusal[]> {
    return this.source.query(
      `SELECT d.name AS device, coalesce(r.state->>'explanation', 'something fails') AS reason
       FROM devices d JOIN device_reports r ON r.device_id = d.id
       WHERE d.fleet_id = $1 AND r.activity = 'failing' AND r.received_at >= $2 LIMIT $3`,
      [fleetId, since, limit],
    )
  }
}
