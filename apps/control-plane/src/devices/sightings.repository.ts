import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

export interface Sighting {
  deviceId: string
  // When it was last heard from. Where another process heard from it later, that one is believed.
  seenAt: Date
  onlineUntil: Date
}

/** A device that came online, or went offline. */
export interface Turn {
  id: string
  fleetId: string
  organizationId: string
}

@Injectable()
export class SightingsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Writes them all in one statement; gives the devices whose connectivity turned by it. */
  async store(sightings: Sighting[]): Promise<Turn[]> {
    const [rows] = await this.source.query<[(Turn & { turned: boolean })[], number]>(
      `WITH seen AS (
         SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS s (id, seen_at, online_until)),
       -- Locked in one order, or two processes that saw the same devices could wait for each other.
       before AS (
         SELECT d.id, coalesce(d.online_until > now(), false) AS was_online, coalesce(d.last_seen_at > s.seen_at, false)
           AS seen_since
         FROM devices d JOIN seen s ON s.id = d.id ORDER BY d.id FOR NO KEY UPDATE OF d)
       UPDATE devices d SET last_seen_at = greatest(d.last_seen_at, s.seen_at),
         online_until = CASE WHEN b.seen_since THEN d.online_until ELSE s.online_until END
       FROM seen s, before b, fleets f WHERE d.id = s.id AND b.id = d.id AND f.id = d.fleet_id
       RETURNING d.id, d.fleet_id AS "fleetId", f.organization_id AS "organizationId",
         b.was_online <> coalesce(d.online_until > now(), false) AS turned`,
      [
        sightings.map((sighting) => sighting.deviceId),
        sightings.map((sighting) => sighting.seenAt),
        sightings.map((sighting) => sighting.onlineUntil),
      ],
    )
    return rows.filter((row) => row.turned).map(({ id, fleetId, organizationId }) => ({ id, fleetId, organizationId }))
  }
}
