import { runMigrations } from 'bullmq'
import pg from 'pg'
import { grantBuilderOnPostgres, grantBuilderOnRedis } from './grant-builder.js'
import { QUEUES } from './jobs.js'

export interface QueueServers {
  databaseUrl: string
  redisUrl?: string
  // Where set, the user of the builders is made on whichever server holds the queues.
  builderPassword?: string
}

/** Makes the queues' schemas in Postgres, and the user of the builders, who sees the build queue alone. */
export async function migrateQueues({ databaseUrl, redisUrl, builderPassword }: QueueServers): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'flotilla-migrate' })
  await client.connect()
  try {
    for (const schema of new Set(Object.values(QUEUES).map((queue) => queue.schema)))
      await runMigrations(client, schema)
    if (builderPassword === undefined) return
    if (redisUrl === undefined) await grantBuilderOnPostgres(client, builderPassword)
    else await grantBuilderOnRedis(redisUrl, builderPassword)
  } finally {
    await client.end()
  }
}
