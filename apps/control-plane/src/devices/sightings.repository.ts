import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

export interface Sighting {
  deviceId: string
  seenAt: Date
  onlineUntil: Date
}

/** A device that was not online before it was seen. */
export interface Arrival {
  id: string
  fleetId: string
  organizationId: string
}

@Injectable()
export class SightingsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Writes them all in one statement; gives the devices that came online by it. */
  async store(sightings: Sighting[]): Promise<Arrival[]> {
    const [rows] = await this.source.query<[(Arrival & { wasOnline: boolean })[], number]>(
      `WITH seen AS (
         SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS s (id, seen_at, online_until)),
       -- Locked in one order, or two processes that saw the same devices could wait for each other.
       before AS (
         SELECT d.id, coalesce(d.online_until > now(), false) AS was_online
         FROM devices d WHERE d.id = ANY($1) ORDER BY d.id FOR NO KEY UPDATE)
       UPDATE devices d SET last_seen_at = greatest(d.last_seen_at, s.seen_at), online_until = s.online_until
       FROM seen s, before b, fleets f WHERE d.id = s.id AND b.id = d.id AND f.id = d.fleet_id
       RETURNING d.id, d.fleet_id AS "fleetId", f.organization_id AS "organizationId", b.was_online AS "wasOnline"`,
      [
        sightings.map((sighting) => sighting.deviceId),
        sightings.map((sighting) => sighting.seenAt),
        sightings.map((sighting) => sighting.onlineUntil),
      ],
    )
    return rows.filter((row) => !row.wasOnline)
  }
}
