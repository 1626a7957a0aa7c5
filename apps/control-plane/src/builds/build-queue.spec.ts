import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { waitFor } from '@flotilla/dev'
import { openQueue, openWorker } from '../queue/queue-backend.js'
import { queueServer } from '../queue/queue-server.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet } from '../testing/test-board.js'
import { BuildUpkeep } from './index.js'
import { readBuild, readRelease, submitBuild, TestBuilder } from './testing/build-bench.js'

interface Job {
  buildId: string
  attempt: number
  token: string
}

describe('the queue of builds', () => {
  let api: TestApi
  let user: TestUser
  const jobs: Job[] = []
  let worker: ReturnType<typeof openWorker>
  let breaks = false

  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    worker = openWorker(queueServer(api.config), 'builds', (job) => {
      jobs.push(job)
      return breaks ? Promise.reject(new Error('broken')) : Promise.resolve()
    })
  })
  afterAll(async () => {
    await worker.close()
    await api.close()
  })

  const upkeep = (now?: Date) => api.app.get(BuildUpkeep).run(now)
  const later = (seconds: number) => new Date(Date.now() + seconds * 1000)
  const jobOf = (buildId: string, attempt = 1) =>
    waitFor(() => jobs.find((job) => job.buildId === buildId && job.attempt === attempt), { what: 'the job arrives' })

  async function lines(id: string): Promise<string> {
    return (await api.call(user, `GET /api/v1/builds/${id}/output`)).text()
  }

  it('hands a build to a builder, with the token that opens it', async () => {
    const fleet = await createFleet(api, user)
    const { buildId } = await submitBuild(api, fleet.id)
    const job = await jobOf(buildId)
    const response = await api.call(undefined, `GET /build/v1/builds/${buildId}`, undefined, {
      Authorization: `Bearer ${job.token}`,
    })
    expect(response.status).toBe(200)
  })

  it('hands out the builds of a fleet one after the other, and those of several fleets together', async () => {
    const [fleet, other] = [await createFleet(api, user), await createFleet(api, user)]
    const first = await submitBuild(api, fleet.id)
    const second = await submitBuild(api, fleet.id)
    const elsewhere = await submitBuild(api, other.id)
    await jobOf(first.buildId)
    await jobOf(elsewhere.buildId)
    await upkeep()
    expect(jobs.some((job) => job.buildId === second.buildId)).toBe(false)
    await new TestBuilder(api, first.buildId).build()
    await jobOf(second.buildId)
  })

  it('goes on with the next build when one is cancelled', async () => {
    const fleet = await createFleet(api, user)
    const first = await submitBuild(api, fleet.id)
    const second = await submitBuild(api, fleet.id)
    await api.call(user, `POST /api/v1/builds/${first.buildId}/cancel`)
    await jobOf(second.buildId)
  })

  it('hands a build out again when its builder goes silent, and gives up after three', async () => {
    const fleet = await createFleet(api, user)
    const { buildId, releaseId } = await submitBuild(api, fleet.id)
    const killed = new TestBuilder(api, buildId, 1)
    await killed.order()
    await upkeep(later(20))
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'running' })
    await upkeep(later(40))
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'queued', attempt: 1 })
    expect(await lines(buildId)).toContain('begins again (2 of 3)')
    await jobOf(buildId, 2)
    for (const attempt of [2, 3]) {
      await new TestBuilder(api, buildId, attempt).order()
      await upkeep(later(40))
    }
    expect(await readBuild(api, user, buildId)).toMatchObject({
      state: 'failed',
      attempt: 3,
      reason: expect.stringContaining('Its builder died 3 times'),
    })
    expect(await readRelease(api, user, releaseId)).toMatchObject({ status: 'failed' })
    expect((await killed.say('back again')).status).toBe(409)
  })

  it('keeps a build with a builder that goes on talking', async () => {
    const fleet = await createFleet(api, user)
    const { buildId } = await submitBuild(api, fleet.id)
    const builder = new TestBuilder(api, buildId)
    await builder.order()
    await api.database.query("UPDATE builds SET lease_until = now() + interval '1 second' WHERE id = $1", [buildId])
    await builder.ask('/output', { attempt: 1, lines: [] })
    await upkeep(later(20))
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'running' })
  })

  it('ends a build whose time is over, whether it runs or waits to be begun again', async () => {
    const fleet = await createFleet(api, user)
    const { buildId } = await submitBuild(api, fleet.id)
    const builder = new TestBuilder(api, buildId)
    await builder.order()
    await api.database.query("UPDATE builds SET deadline_at = now() - interval '1 second' WHERE id = $1", [buildId])
    expect(await (await builder.say('still busy')).json()).toEqual({ cancelled: true })
    await upkeep()
    expect(await readBuild(api, user, buildId)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('took longer than it may'),
    })
  })

  it('ends a build that no builder took within a day', async () => {
    const fleet = await createFleet(api, user)
    const { buildId } = await submitBuild(api, fleet.id)
    await upkeep(later(25 * 3600))
    expect(await readBuild(api, user, buildId)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('No builder took the build'),
    })
  })

  it('is filled again from Postgres when its jobs are lost', async () => {
    const fleet = await createFleet(api, user)
    const { buildId } = await submitBuild(api, fleet.id)
    await jobOf(buildId)
    // The worker above took the job without doing anything: to the queue it is gone.
    jobs.length = 0
    await waitFor(
      async () => {
        await upkeep()
        return jobs.some((job) => job.buildId === buildId)
      },
      { what: 'the job is there again' },
    )
  })

  it('hands a build out again to the next builder when one could not even begin', async () => {
    const fleet = await createFleet(api, user)
    breaks = true
    const { buildId } = await submitBuild(api, fleet.id)
    await jobOf(buildId)
    breaks = false
    jobs.length = 0
    await waitFor(
      async () => {
        await upkeep()
        return jobs.some((job) => job.buildId === buildId)
      },
      { what: 'the job is there again' },
    )
  })

  it('holds a build once, however often it is filled', async () => {
    await worker.close()
    const fleet = await createFleet(api, user)
    const { buildId } = await submitBuild(api, fleet.id)
    await Promise.all([upkeep(), upkeep(), upkeep()])
    const queue = openQueue(queueServer(api.config), 'builds')
    expect(await queue.isPending(`${buildId}-1`)).toBe(true)
    await queue.close()
    const seen: string[] = []
    worker = openWorker(queueServer(api.config), 'builds', (job) => Promise.resolve(void seen.push(job.buildId)))
    const last = await submitBuild(api, (await createFleet(api, user)).id)
    await waitFor(() => seen.includes(last.buildId), { what: 'the last job arrives' })
    expect(seen.filter((id) => id === buildId)).toHaveLength(1)
  })
})
