import type { QueueServer } from './queue-backend.js'

/** Queues are on Redis where there is one, else in Postgres. */
export function queueServer(config: { REDIS_URL?: string; DATABASE_URL: string }): QueueServer {
  return config.REDIS_URL === undefined ? { databaseUrl: config.DATABASE_URL } : { redisUrl: config.REDIS_URL }
}
