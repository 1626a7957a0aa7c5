import { quoteSchemaName } from 'bullmq'
import { Redis } from 'ioredis'
import type pg from 'pg'
import { BUILDER_ROLE, QUEUES } from './jobs.js'
import { QUEUE_PREFIX } from './queue-backend.js'

/** The Postgres role of the builders: it reaches the schema of the build queue and nothing else in the database. */
export async function grantBuilderOnPostgres(client: pg.Client, password: string): Promise<void> {
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

/**
 * The Redis user of the builders: it reaches the keys of the build queue. Redis keeps users in memory unless it has an
 * aclfile, so main.migrate makes it again at every start.
 */
export async function grantBuilderOnRedis(redisUrl: string, password: string): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 })
  try {
    const commands = [
      '+@all',
      '-@admin',
      '-@dangerous',
      '+info',
      '+client',
      '-client|kill',
      '-client|pause',
      '-client|list',
    ]
    await redis.call(
      'ACL',
      'SETUSER',
      BUILDER_ROLE,
      'reset',
      'on',
      `>${password}`,
      `~${QUEUE_PREFIX}:builds:*`,
      ...commands,
    )
  } finally {
    redis.disconnect()
  }
}
