import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildOutputLineView, BuildView, FleetView, Page } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet } from '../testing/test-board.js'
import { fakeImage, readBuild, readRelease, submitBuild, TestBuilder } from './testing/build-bench.js'

describe('a build', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView

  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
  })
  afterAll(() => api.close())

  async function output(id: string, query = ''): Promise<Page<BuildOutputLineView>> {
    const response = await api.call(user, `GET /api/v1/builds/${id}/output${query}`)
    return (await response.json()) as Page<BuildOutputLineView>
  }

  async function texts(id: string): Promise<string[]> {
    return (await output(id)).items.map((line) => line.text)
  }

  it('gives its builder an order, takes its output and makes the release final', async () => {
    const { buildId, releaseId, version } = await submitBuild(api, fleet.id, { services: ['web', 'db'] })
    expect(version).toMatch(/^1-[0-9a-f]{7}$/)
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'queued', attempt: 0 })
    const builder = new TestBuilder(api, buildId)
    const order = await builder.order()
    expect(order).toMatchObject({
      buildId,
      tasks: [
        { service: 'web', platform: 'linux/amd64', push: `127.0.0.1:2/fleets/${fleet.id}:${releaseId}.web.amd64` },
        { service: 'db', platform: 'linux/amd64', context: '.', dockerfile: 'Dockerfile', args: {} },
      ],
      registry: { host: '127.0.0.1:2', url: 'http://127.0.0.1:2', token: expect.any(String) },
    })
    expect(order.timeLeftMs).toBeGreaterThan(3_500_000)
    expect(await (await builder.ask('/source')).text()).toBe('the source')
    expect(await (await builder.say('one', 'two')).json()).toEqual({ cancelled: false })
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'running', attempt: 1 })
    const images = [fakeImage('web', 'linux/amd64', 'x'), fakeImage('db', 'linux/amd64', 'x')]
    expect((await builder.finish({ outcome: 'built', images })).status).toBe(204)
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'succeeded', endedAt: expect.any(String) })
    expect(await readRelease(api, user, releaseId)).toMatchObject({
      status: 'final',
      buildId,
      images: [
        { service: 'db', digest: images[1]?.digest, sizeBytes: 1000, unpackedBytes: 3000 },
        { service: 'web', digest: images[0]?.digest },
      ],
    })
    const after = (await (await api.call(user, `GET /api/v1/fleets/${fleet.id}`)).json()) as FleetView
    expect(after.targetReleaseId).toBe(releaseId)
    expect(existsSync(join(api.config.DATA_DIR, 'sources', `${buildId}.tar.gz`))).toBe(false)
  })

  it('tells its builder when the commit was made, where that is known', async () => {
    const dated = await submitBuild(api, fleet.id, { committedAt: new Date('2026-02-03T04:05:06Z') })
    const builder = new TestBuilder(api, dated.buildId)
    expect(await builder.order()).toMatchObject({ commitTime: 1770091506 })
    await builder.finish({ outcome: 'failed', code: 'x', reason: 'over' })
    const undated = await submitBuild(api, fleet.id)
    expect(await new TestBuilder(api, undated.buildId).order()).not.toHaveProperty('commitTime')
  })

  it('keeps the layers of its images, where its builder knows them', async () => {
    const { buildId, releaseId } = await submitBuild(api, fleet.id, { services: ['web', 'db'] })
    const builder = new TestBuilder(api, buildId)
    await builder.order()
    const [web, db] = [fakeImage('web', 'linux/amd64', 'x'), fakeImage('db', 'linux/amd64', 'x')]
    const layers = [{ diffId: web.digest, digest: db.digest, sizeBytes: 1000, tarBytes: 3000 }]
    expect((await builder.finish({ outcome: 'built', images: [{ ...web, layers }, db] })).status).toBe(204)
    const read = 'SELECT service, layers FROM release_images WHERE release_id = $1 ORDER BY service'
    expect(await api.database.query(read, [releaseId])).toEqual([
      { service: 'db', layers: null },
      { service: 'web', layers },
    ])
  })

  it('of another branch than the deploy branch leaves a draft and the fleet as it was', async () => {
    const { buildId, releaseId } = await submitBuild(api, fleet.id, { makesFinal: false })
    await new TestBuilder(api, buildId).build()
    expect(await readRelease(api, user, releaseId)).toMatchObject({ status: 'draft' })
    const after = (await (await api.call(user, `GET /api/v1/fleets/${fleet.id}`)).json()) as FleetView
    expect(after.targetReleaseId).toBeUndefined()
  })

  it('has the images of the release before as its cache', async () => {
    const first = await submitBuild(api, fleet.id)
    await new TestBuilder(api, first.buildId).build()
    const { buildId } = await submitBuild(api, fleet.id, { services: ['main', 'new'] })
    const { tasks } = await new TestBuilder(api, buildId).order()
    const { digest } = fakeImage('main', 'linux/amd64', first.buildId)
    expect(tasks.map((task) => task.cacheFrom)).toEqual([`127.0.0.1:2/fleets/${fleet.id}@${digest}`, undefined])
  })

  it('that fails leaves the reason at the release, and the fleet as it was', async () => {
    const { buildId, releaseId } = await submitBuild(api, fleet.id)
    const builder = new TestBuilder(api, buildId)
    await builder.order()
    await builder.finish({
      outcome: 'failed',
      code: 'dockerfile-failed',
      reason: 'RUN make ended with 2.',
      service: 'main',
    })
    expect(await readBuild(api, user, buildId)).toMatchObject({
      state: 'failed',
      reason: 'main: RUN make ended with 2.',
    })
    expect(await readRelease(api, user, releaseId)).toMatchObject({
      status: 'failed',
      failureReason: 'main: RUN make ended with 2.',
    })
  })

  it('gives its lines in the order in which they were printed, however many there are', async () => {
    const { buildId } = await submitBuild(api, fleet.id)
    const builder = new TestBuilder(api, buildId)
    await builder.order()
    const printed = Array.from({ length: 120 }, (_, index) => `line ${index}`)
    await builder.say(...printed)
    expect(await texts(buildId)).toEqual(printed)
    const paged: string[] = []
    for (let after: string | undefined = '0'; after !== undefined;) {
      const page: Page<BuildOutputLineView> = await output(buildId, `?limit=50&after=${after}`)
      paged.push(...page.items.map((line) => line.text))
      after = page.nextCursor
    }
    expect(paged).toEqual(printed)
  })

  it('stores each line once, however often it is sent', async () => {
    const { buildId } = await submitBuild(api, fleet.id)
    const builder = new TestBuilder(api, buildId)
    await builder.order()
    await builder.say('one', 'two')
    await builder.say('one', 'two', 'three\0', 'half of a \ud83d')
    expect(await texts(buildId)).toEqual(['one', 'two', 'three', 'half of a \uFFFD'])
    const first = await output(buildId, '?limit=2')
    expect(first.items).toHaveLength(2)
    expect((await output(buildId, `?limit=2&after=${first.nextCursor}`)).items.map((line) => line.text)).toEqual([
      'three',
      'half of a \uFFFD',
    ])
    const beyond = await api.call(user, `GET /api/v1/builds/${buildId}/output?after=${'9'.repeat(20)}`)
    expect(beyond.status).toBe(400)
  })

  it('belongs to the run that asked first: repeated questions are answered, other runs turned away', async () => {
    const { buildId } = await submitBuild(api, fleet.id)
    const [first, second] = [new TestBuilder(api, buildId), new TestBuilder(api, buildId)]
    await first.order()
    expect(await first.order()).toMatchObject({ buildId })
    const refused = await second.ask('')
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ code: 'build-not-yours' })
  })

  it('opens to the token of its own job alone', async () => {
    const [mine, other] = [await submitBuild(api, fleet.id), await submitBuild(api, fleet.id)]
    const path = `/build/v1/builds/${mine.buildId}` as const
    for (const headers of [
      undefined,
      { Authorization: `Bearer ${user.token}` },
      { Authorization: 'Bearer 1.nonsense' },
    ]) {
      expect((await api.call(undefined, `GET ${path}`, undefined, headers)).status).toBe(401)
    }
    const foreign = await new TestBuilder(api, other.buildId, 1).ask('')
    // Of one fleet's builds only the oldest is handed out, but its token would open it.
    expect(foreign.status).toBe(200)
    expect((await new TestBuilder(api, mine.buildId, 2).ask('')).status).toBe(409)
  })

  it('takes no result without every image, nor one from whoever does not have it', async () => {
    const { buildId } = await submitBuild(api, fleet.id, { services: ['web', 'db'] })
    const builder = new TestBuilder(api, buildId)
    const images = [fakeImage('web', 'linux/amd64', 'x')]
    expect((await builder.finish({ outcome: 'built', images })).status).toBe(409)
    await builder.order()
    expect((await builder.finish({ outcome: 'built', images })).status).toBe(400)
    expect((await builder.finish({ outcome: 'built', images: [] })).status).toBe(400)
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'running' })
    await builder.finish({ outcome: 'failed', code: 'x', reason: 'over' })
    expect((await builder.say('late')).status).toBe(409)
  })

  it('that is handed back is begun again by the next builder', async () => {
    const { buildId } = await submitBuild(api, fleet.id)
    const builder = new TestBuilder(api, buildId)
    await builder.order()
    await builder.say('half')
    expect((await builder.finish({ outcome: 'handed-back' })).status).toBe(204)
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'queued', attempt: 1 })
    const next = new TestBuilder(api, buildId, 2)
    await next.build()
    expect(await texts(buildId)).toEqual(['half', expect.stringContaining('begins it again')])
    expect(await readBuild(api, user, buildId)).toMatchObject({ state: 'succeeded', attempt: 2 })
  })

  describe('that is cancelled', () => {
    it('while it is queued, is never handed out', async () => {
      const { buildId, releaseId } = await submitBuild(api, fleet.id)
      const response = await api.call(user, `POST /api/v1/builds/${buildId}/cancel`)
      expect(response.status).toBe(202)
      expect(await response.json()).toMatchObject({ state: 'cancelled', reason: `Cancelled by ${user.email} (test).` })
      expect((await new TestBuilder(api, buildId).ask('')).status).toBe(409)
      expect(await readRelease(api, user, releaseId)).toMatchObject({ status: 'failed' })
    })

    it('while it runs, tells its builder with the next output, and takes no result', async () => {
      const { buildId } = await submitBuild(api, fleet.id)
      const builder = new TestBuilder(api, buildId)
      await builder.order()
      await api.call(user, `POST /api/v1/builds/${buildId}/cancel`)
      expect(await (await builder.say('still here')).json()).toEqual({ cancelled: true })
      const images = [fakeImage('main', 'linux/amd64', 'x')]
      expect((await builder.finish({ outcome: 'built', images })).status).toBe(409)
    })

    it('needs a developer, and a build that is not over', async () => {
      const { buildId } = await submitBuild(api, fleet.id)
      const operator = await api.signUp('operator', user.organization)
      const stranger = await api.signUp()
      expect((await api.call(operator, `POST /api/v1/builds/${buildId}/cancel`)).status).toBe(403)
      expect((await api.call(stranger, `POST /api/v1/builds/${buildId}/cancel`)).status).toBe(404)
      await new TestBuilder(api, buildId).build()
      expect((await api.call(user, `POST /api/v1/builds/${buildId}/cancel`)).status).toBe(409)
    })
  })

  it('shows its place in the queue', async () => {
    const first = await submitBuild(api, fleet.id)
    const second = await submitBuild(api, fleet.id)
    const places = await Promise.all([first, second].map(({ buildId }) => readBuild(api, user, buildId)))
    expect((places[1]?.queuePosition ?? 0) - (places[0]?.queuePosition ?? 0)).toBe(1)
  })

  it('is listed, newest first, by fleet, release and state', async () => {
    const [first, second] = [await submitBuild(api, fleet.id), await submitBuild(api, fleet.id)]
    const list = async (query: string) =>
      ((await (await api.call(user, `GET /api/v1/builds?${query}`)).json()) as Page<BuildView>).items.map(
        ({ id }) => id,
      )
    expect(await list(`fleet=${fleet.id}`)).toEqual([second.buildId, first.buildId])
    expect(await list(`release=${first.releaseId}`)).toEqual([first.buildId])
    expect(await list(`fleet=${fleet.id}&state=running`)).toEqual([])
    const stranger = await api.signUp()
    expect((await api.call(stranger, `GET /api/v1/builds/${first.buildId}`)).status).toBe(404)
    expect((await api.call(stranger, `GET /api/v1/builds/${first.buildId}/output`)).status).toBe(404)
    expect((await api.call(stranger, `GET /api/v1/builds/${first.buildId}/output/stream`)).status).toBe(404)
  })

  it('streams its output to whoever watches, from where they left off, until it is over', async () => {
    const { buildId } = await submitBuild(api, fleet.id)
    const builder = new TestBuilder(api, buildId)
    await builder.order()
    await builder.say('one')
    const response = await api.call(user, `GET /api/v1/builds/${buildId}/output/stream`)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    let text = ''
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString()
    })()
    await waitFor(() => text.includes('"one"'), { what: 'the first line arrives' })
    await builder.say('one', 'two')
    await waitFor(() => text.includes('"two"'), { what: 'the second line arrives' })
    await builder.finish({ outcome: 'failed', code: 'x', reason: 'broken' })
    await reading
    expect(text.match(/^event: .*$/gm)).toEqual(['event: line', 'event: line', 'event: end'])
    const [last] = (await output(buildId)).items
    const resumed = await api.call(user, `GET /api/v1/builds/${buildId}/output/stream`, undefined, {
      'Last-Event-ID': last?.id ?? '',
    })
    const rest = await resumed.text()
    expect(rest).not.toContain('"one"')
    expect(rest).toContain('"two"')
  })
})
