import { quoteSchemaName, runMigrations } from 'bullmq'
import pg from 'pg'
import { BUILDER_ROLE, QUEUES } from './jobs.js'

/**
 * Makes the queues' schemas in Postgres. With a password it also makes the role of the builders, which reaches the
 * schema of the build queue and nothing else in the database.
 */
export async function migrateQueues(databaseUrl: string, builderPassword?: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'flotilla-migrate' })
  await client.connect()
  try {
    for (const schema of new Set(Object.values(QUEUES).map((queue) => queue.schema)))
      await runMigrations(client, schema)
    if (builderPassword !== undefined) await grantBuilder(client, builderPassword)
  } finally {
    await client.end()
  }
}

async function grantBuilder(client: pg.Client, password: string): Promise<void> {
  const schema = quoteSchemaName(QUEUES.builds.schema)
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [BUILDER_ROLE])
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER'
  await client.query(`${verb} ROLE ${BUILDER_ROLE} LOGIN PASSWORD ${client.escapeLiteral(password)}`)
  await client.query(`
    REVOKE ALL ON SCHEMA public FROM ${BUILDER_ROLE};
    GRANT USAGE ON SCHEMA ${schema} TO ${BUILDER_ROLE};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${BUILDER_ROLE};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${BUILDER_ROLE};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${BUILDER_ROLE};
  `)
}
