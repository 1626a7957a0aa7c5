import { afterEach, describe, expect, it } from '@jest/globals'
import { startRedis, waitFor } from '@flotilla/dev'
import { NestFactory } from '@nestjs/core'
import { Redis } from 'ioredis'
import { openQueue } from '../queue/queue-backend.js'
import { createTestApi } from '../testing/test-api.js'
import { WorkerModule } from '../worker.module.js'

describe('the upkeep', () => {
  const undo: (() => Promise<unknown> | void)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  it('goes on where Redis lost everything that it held', async () => {
    const redis = await startRedis()
    undo.push(() => redis.stop())
    // A database of its own: nobody else is to lose anything.
    const redisUrl = new URL('/13', redis.url).href
    const client = new Redis(redisUrl)
    undo.push(() => client.disconnect())
    const api = await createTestApi({ REDIS_URL: redisUrl })
    undo.push(() => api.close())
    const worker = await NestFactory.createApplicationContext(WorkerModule.forRoot(api.config), {
      logger: false,
      abortOnError: false,
    })
    undo.push(() => worker.close())
    const queue = openQueue({ redisUrl }, 'upkeep')
    undo.push(() => queue.close())
    expect(await queue.isScheduled({ task: 'build-leases' })).toBe(true)
    await client.flushdb()
    for (const task of ['build-leases', 'expired-rows'] as const)
      await waitFor(() => queue.isScheduled({ task }), { what: `${task} is run again` })
  })
})
