import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

// Before any was made here: about what one core of a small server does, with fetching and storing.
const FIRST_BYTES_PER_SECOND = 2_000_000
const FIRST_WORK_BYTES = 200_000_000
const LEAST_SECONDS = 5
const MOST_SECONDS = 3_600

/** How long deltas take, from those that were made last. */
@Injectable()
export class MakingTimes {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** About how many seconds until the last of these is done: they are made one after the other, the oldest first. */
  async secondsUntil(ids: readonly string[]): Promise<number> {
    const [row] = await this.source.query<{ work: number; done: number; unknown: number; rate: number | null }[]>(
      `WITH recent AS (
         SELECT work_bytes, extract(epoch FROM ended_at - started_at) AS seconds FROM image_deltas
         WHERE ended_at IS NOT NULL AND work_bytes IS NOT NULL AND started_at IS NOT NULL
         ORDER BY ended_at DESC LIMIT 20),
       mean AS (SELECT avg(work_bytes) AS work, sum(work_bytes) / nullif(sum(seconds), 0) AS rate FROM recent),
       last AS (SELECT max(requested_at) AS at FROM image_deltas WHERE id = ANY($1::uuid[]))
       SELECT count(*)::float8 AS unknown, mean.rate::float8 AS rate, mean.work::float8 AS work,
         coalesce(sum(extract(epoch FROM now() - d.started_at)) FILTER (WHERE d.state = 'making'), 0)::float8 AS done
       FROM mean CROSS JOIN last
       LEFT JOIN image_deltas d ON d.state IN ('waiting', 'making') AND d.requested_at <= last.at
       GROUP BY mean.rate, mean.work`,
      [ids],
    )
    const { unknown = 1, done = 0 } = row ?? {}
    const each = (row?.work ?? FIRST_WORK_BYTES) / (row?.rate ?? FIRST_BYTES_PER_SECOND)
    // Beyond its expected time, one is taken to be nearly done.
    const seconds = unknown * each - Math.min(done, each * 0.9)
    return Math.round(Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, seconds)))
  }
}
