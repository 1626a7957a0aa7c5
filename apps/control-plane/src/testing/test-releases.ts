import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type ComposeSpecInput, ComposeSpecSchema, type Platform } from '@flotilla/contracts'
import type { DataSource } from 'typeorm'

export interface TestRelease {
  fleetId: string
  status?: 'draft' | 'final' | 'building' | 'failed'
  compose?: ComposeSpecInput
  // Every service gets an image for each of them.
  platforms?: Platform[]
}

/** A release straight in the database, as a build would leave it; gives its id. */
export async function insertRelease(database: DataSource, release: TestRelease): Promise<string> {
  const id = randomUUID()
  const compose = ComposeSpecSchema.parse(release.compose ?? { services: { main: {} } })
  await database.query(
    `INSERT INTO releases (id, fleet_id, number, version, status, commit, compose, finalized_at)
     SELECT $1, $2, n, n || '-' || $5::text, $3, $5, $4, CASE WHEN $3 = 'final' THEN clock_timestamp() END
     FROM (SELECT count(*)::int + 1 AS n FROM releases WHERE fleet_id = $2) AS numbered`,
    [id, release.fleetId, release.status ?? 'final', compose, randomBytes(4).toString('hex')],
  )
  for (const service of Object.keys(compose.services)) {
    for (const platform of release.platforms ?? ['linux/amd64']) {
      const digest = `sha256:${createHash('sha256').update(`${id} ${service} ${platform}`).digest('hex')}`
      await database.query(
        `INSERT INTO release_images (release_id, service, platform, repository, digest, config_digest, size_bytes)
         VALUES ($1, $2, $3, $4, $5, $5, 1000)`,
        [id, service, platform, `fleets/${release.fleetId}`, digest],
      )
    }
  }
  return id
}
