import { startPostgres } from '../postgres/postgres.js'
import { startRedis } from '../redis.js'

// One for each suite: see jest/own-redis-database.mjs.
const REDIS_DATABASES = 1000

const running: { stop(): Promise<void> }[] = []

/**
 * One Postgres for a whole jest run: suites find it as process.env.DATABASE_URL and make their own databases on it
 * with `createDatabase`. With TEST_WITH_REDIS set there is a Redis too, as process.env.REDIS_URL. Servers that the
 * environment names already are used as they are.
 */
export async function startSharedServers(): Promise<void> {
  const postgres = await startPostgres()
  running.push(postgres)
  process.env.DATABASE_URL = postgres.url
  if (!process.env.TEST_WITH_REDIS) return
  const redis = await startRedis({ databases: REDIS_DATABASES })
  running.push(redis)
  process.env.REDIS_URL = redis.url
}

export async function stopSharedServers(): Promise<void> {
  for (const server of running.splice(0)) await server.stop()
}
