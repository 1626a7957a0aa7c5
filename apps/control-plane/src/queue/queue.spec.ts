import { afterEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { createDatabase, startRedis, waitFor } from '@flotilla/dev'
import { Redis } from 'ioredis'
import pg from 'pg'
import { migrate } from '../database/data-source.js'
import { migrateQueues } from './migrate-queues.js'
import { openQueue, openWorker, type QueueServer } from './queue-backend.js'

const PASSWORD = 'a-password-of-the-builders'

describe.each(['postgres', 'redis'] as const)('the build queue on %s', (kind) => {
  const undo: (() => Promise<unknown> | void)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  /** The server as the control plane sees it, and as a builder does. */
  async function servers(): Promise<{ own: QueueServer; builder: QueueServer; builderUrl: string }> {
    const database = await createDatabase(process.env.DATABASE_URL ?? '')
    undo.push(() => database.drop())
    await migrate(database.url)
    const redis = kind === 'redis' ? await startRedis() : undefined
    undo.push(() => redis?.stop())
    await migrateQueues({ databaseUrl: database.url, redisUrl: redis?.url, builderPassword: PASSWORD })
    const url = new URL(redis?.url ?? database.url)
    url.username = 'flotilla_builder'
    url.password = PASSWORD
    return redis
      ? { own: { redisUrl: redis.url }, builder: { redisUrl: url.href }, builderUrl: url.href }
      : { own: { databaseUrl: database.url }, builder: { databaseUrl: url.href }, builderUrl: url.href }
  }

  it('brings a job to a builder that has the credentials of the queue alone', async () => {
    const { own, builder } = await servers()
    const queue = openQueue(own, 'builds')
    undo.push(() => queue.close())
    const errors: Error[] = []
    const taken: string[] = []
    const work = ({ buildId }: { buildId: string }) => Promise.resolve(void taken.push(buildId))
    const worker = openWorker(builder, 'builds', work, { onError: (error) => errors.push(error) })
    undo.push(() => worker.close())
    const ids = [randomUUID(), randomUUID(), randomUUID()]
    for (const buildId of ids) await queue.add({ buildId, attempt: 1, token: 'token' }, { jobId: `${buildId}-1` })
    await waitFor(() => taken.length === ids.length, { what: 'the builder has taken every job' })
    expect(taken.sort()).toEqual(ids.sort())
    expect(errors).toEqual([])
  })

  it('knows what it runs every so often', async () => {
    const queue = openQueue((await servers()).own, 'builds')
    undo.push(() => queue.close())
    const [payload, other] = [1, 2].map((attempt) => ({ buildId: randomUUID(), attempt, token: 'token' }))
    if (!payload || !other) throw new Error('There are two')
    await queue.schedule(payload, 3_600_000)
    expect([await queue.isScheduled(payload), await queue.isScheduled(other)]).toEqual([true, false])
  })

  it('keeps everything else from a builder', async () => {
    const { builderUrl } = await servers()
    if (kind === 'redis') {
      const redis = new Redis(builderUrl, { maxRetriesPerRequest: 1 })
      undo.push(() => redis.disconnect())
      await expect(redis.get('flotilla:upkeep:meta')).rejects.toThrow(/NOPERM/)
      await expect(redis.call('FLUSHALL')).rejects.toThrow(/NOPERM/)
      await expect(redis.call('ACL', 'WHOAMI')).resolves.toBe('flotilla_builder')
      await expect(redis.publish('flotilla:live', '[]')).rejects.toThrow(/NOPERM/)
      return
    }
    const client = new pg.Client({ connectionString: builderUrl })
    undo.push(() => client.end())
    await client.connect()
    for (const table of ['users', 'signing_keys', 'builds', 'flotilla_queue.bullmq_job']) {
      await expect(client.query(`SELECT * FROM ${table}`)).rejects.toThrow(/permission denied/)
    }
  })
})
