import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

export interface SpentDelta {
  id: string
  fleetId: string
  manifestDigest: string | null
  // null where there is none, or where another delta has the same.
  blobDigest: string | null
}

/** Deltas that nobody needs any more. */
@Injectable()
export class SpentDeltas {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /**
   * Those that no device was told of for 30 days; after a day (a week, where a person asked for them), those into or
   * from an image that no device runs or is to run; and failures of yesterday, so that what is still wanted is tried again.
   */
  find(now: Date, limit: number): Promise<SpentDelta[]> {
    return this.source.query(
      `WITH needed AS (
         SELECT target_release_id AS id FROM fleets
         UNION SELECT pinned_release_id FROM devices
         UNION SELECT running_release_id FROM device_reports
         UNION SELECT confirmed_release_id FROM device_reports
         UNION (SELECT DISTINCT ON (fleet_id) id FROM releases
           WHERE status = 'final' AND invalidated_at IS NULL ORDER BY fleet_id, finalized_at DESC, number DESC)),
       images AS (SELECT DISTINCT r.fleet_id, i.digest FROM needed n
         JOIN releases r ON r.id = n.id JOIN release_images i ON i.release_id = r.id),
       aged AS (SELECT d.*, $1::timestamptz - greatest(d.ended_at, d.last_used_at) AS idle FROM image_deltas d
         WHERE d.ended_at IS NOT NULL AND d.state IN ('ready', 'not-worth-it', 'failed'))
       SELECT d.id, d.fleet_id AS "fleetId", d.manifest_digest AS "manifestDigest",
         CASE WHEN NOT EXISTS (SELECT FROM image_deltas o
           WHERE o.fleet_id = d.fleet_id AND o.blob_digest = d.blob_digest AND o.id <> d.id) THEN d.blob_digest
         END AS "blobDigest"
       FROM aged d
       WHERE d.idle > interval '30 days' OR d.state = 'failed' AND d.idle > interval '1 day'
         OR d.idle > CASE d.requested_by WHEN 'person' THEN interval '7 days' ELSE interval '1 day' END
           AND (SELECT count(*) FROM images i WHERE i.fleet_id = d.fleet_id
             AND i.digest IN (d.from_digest, d.to_digest)) < 2
       ORDER BY d.ended_at LIMIT $2`,
      [now, limit],
    )
  }
}
