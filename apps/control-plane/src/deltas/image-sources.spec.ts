import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { DEVICE_ROUTES, type FleetView, ImageSourcesResponseSchema, type ProblemDetails } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { openWorker } from '../queue/queue-backend.js'
import { queueServer } from '../queue/queue-server.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, type TestBoard } from '../testing/test-board.js'
import { DeltaUpkeep } from './index.js'
import { askSources, digestOf, insertDelta, insertLayeredRelease } from './testing/delta-bench.js'

describe('the ways to an image', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  let board: TestBoard
  let worker: ReturnType<typeof openWorker>
  const jobs: { deltaId: string; attempt: number }[] = []
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    worker = openWorker(queueServer(api.config), 'deltas', (job) => Promise.resolve(void jobs.push(job)))
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
    board = await joinFleet(api, user, fleet.id)
  })
  afterAll(async () => {
    await worker.close()
    await api.close()
  })

  /** The digest of an image of the fleet with these layers. */
  async function image(...layers: string[]): Promise<string> {
    const { digests } = await insertLayeredRelease(api, { fleetId: fleet.id, layers: { main: layers } })
    return digests.main ?? ''
  }
  const delta = (from: string, to: string, sizeBytes?: number) =>
    insertDelta(api, { fleetId: fleet.id, from, to, sizeBytes })
  const rows = () =>
    api.database.query<Record<string, unknown>[]>(
      'SELECT id, from_digest, to_digest, state, requested_by, requester FROM image_deltas WHERE fleet_id = $1',
      [fleet.id],
    )

  it('are the deltas that are ready, the cheapest first, also one after the other', async () => {
    const [one, two, three] = [await image('base', 'a'), await image('base', 'b'), await image('base', 'c')]
    await delta(one, three, 900)
    await delta(one, two, 300)
    await delta(two, three, 400)
    const answer = await askSources(board, three, [one])
    expect(answer.paths.map(({ deltas }) => deltas.map(({ sizeBytes }) => sizeBytes))).toEqual([[300, 400], [900]])
    expect(answer.paths[1]?.deltas).toEqual([{ from: one, to: three, digest: digestOf(one + three), sizeBytes: 900 }])
    expect(answer.pending).toBeUndefined()
    const used = await api.database.query<unknown[]>(
      'SELECT FROM image_deltas WHERE fleet_id = $1 AND last_used_at IS NOT NULL',
      [fleet.id],
    )
    expect(used).toHaveLength(3)
  })

  it('are none where the layers that the device lacks cost less', async () => {
    const [one, two] = [await image('base', 'a'), await image('base', 'small-b')]
    await delta(one, two, 2000)
    expect(await askSources(board, two, [one])).toEqual({ paths: [] })
  })

  it('count for nothing where the device has the image, or nothing of the fleet', async () => {
    const [one, two] = [await image('base', 'a'), await image('base', 'b')]
    await delta(one, two)
    expect(await askSources(board, two, [two, one])).toEqual({ paths: [] })
    expect(await askSources(board, two, [digestOf('unknown')])).toEqual({ paths: [] })
    expect(await askSources(board, two, [])).toEqual({ paths: [] })
  })

  it('has a delta made where there is none, once, from the best guess of the device', async () => {
    const [one, two, three] = [await image('x', 'a'), await image('y', 'b'), await image('z', 'c')]
    const first = await askSources(board, three, [two, one])
    expect(ImageSourcesResponseSchema.parse(first)).toMatchObject({ paths: [], pending: expect.anything() })
    const other = await joinFleet(api, user, fleet.id)
    expect((await askSources(other, three, [two, one])).pending?.retryAfterSeconds).toBeGreaterThan(0)
    const [row, ...more] = await rows()
    expect(more).toEqual([])
    const asked = { requested_by: 'device', requester: board.deviceId }
    expect(row).toMatchObject({ from_digest: two, to_digest: three, state: 'waiting', ...asked })
    await waitFor(() => jobs.some(({ deltaId, attempt }) => deltaId === row?.id && attempt === 1), {
      what: 'a worker gets it',
    })
    // A queue that lost its jobs is filled again.
    jobs.length = 0
    await api.app.get(DeltaUpkeep, { strict: false }).run()
    await waitFor(() => jobs.some(({ deltaId }) => deltaId === row?.id), { what: 'a worker gets it again' })
  })

  it('has none made for what costs little', async () => {
    const [one, two] = [await image('base', 'a'), await image('base', 'a', 'small-b')]
    expect(await askSources(board, two, [one])).toEqual({ paths: [] })
    expect(await rows()).toEqual([])
  })

  it.each(['failed', 'not-worth-it'])('promises nothing of a delta that is %s', async (state) => {
    const [one, two, other] = [await image('a'), await image('b'), await image('c')]
    await insertDelta(api, { fleetId: fleet.id, from: one, to: two, state })
    // Nor of one that begins at what the device does not have.
    await insertDelta(api, { fleetId: fleet.id, from: other, to: two, state: 'making' })
    expect(await askSources(board, two, [one])).toEqual({ paths: [] })
    expect(await rows()).toHaveLength(2)
  })

  it('promises nothing of a delta that no worker has taken up for an hour', async () => {
    const [one, two] = [await image('a'), await image('b')]
    const id = await insertDelta(api, { fleetId: fleet.id, from: one, to: two, state: 'waiting' })
    expect((await askSources(board, two, [one])).pending).toBeDefined()
    await api.database.query("UPDATE image_deltas SET requested_at = now() - interval '61 minutes' WHERE id = $1", [id])
    expect(await askSources(board, two, [one, digestOf('another question')])).toEqual({ paths: [] })
  })

  it('makes nobody wait who has a direct delta already', async () => {
    const [one, two, three] = [await image('a'), await image('b'), await image('c')]
    await delta(one, three)
    await insertDelta(api, { fleetId: fleet.id, from: two, to: three, state: 'making' })
    expect((await askSources(board, three, [two, one])).pending).toBeUndefined()
    expect((await askSources(board, three, [two])).pending).toBeDefined()
  })

  it('bounds what one device may ask for, and all of a fleet', async () => {
    const [one, two] = [await image('a'), await image('b')]
    const past = { fleetId: fleet.id, to: digestOf('other'), requestedBy: 'device', state: 'failed' }
    for (let count = 0; count < 24; count++) {
      await insertDelta(api, { ...past, from: digestOf(`${count}`), requester: board.deviceId })
    }
    expect(await askSources(board, two, [one])).toEqual({ paths: [] })
    const other = await joinFleet(api, user, fleet.id)
    await api.database.query("UPDATE image_deltas SET state = 'waiting' WHERE fleet_id = $1", [fleet.id])
    expect(await askSources(other, two, [one])).toEqual({ paths: [] })
    await api.database.query("UPDATE image_deltas SET state = 'failed' WHERE fleet_id = $1", [fleet.id])
    expect((await askSources(other, two, [one])).pending).toBeDefined()
  })

  it('are for the images of the own fleet alone', async () => {
    const [one, two] = [await image('a'), await image('b')]
    await delta(one, two)
    const stranger = await joinFleet(api, user, (await createFleet(api, user)).id)
    const response = await stranger.call(`POST ${DEVICE_ROUTES.imageSources}`, { image: two, have: [one] })
    expect([response.status, ((await response.json()) as ProblemDetails).code]).toEqual([404, 'image-not-found'])
    expect((await api.call(user, `POST ${DEVICE_ROUTES.imageSources}`, { image: two, have: [] })).status).toBe(401)
  })

  it('refuses what is no question', async () => {
    for (const body of [{}, { image: 'x', have: [] }, { image: digestOf('a'), have: ['latest'] }]) {
      expect((await board.call(`POST ${DEVICE_ROUTES.imageSources}`, body)).status).toBe(400)
    }
    const many = { image: digestOf('a'), have: Array.from({ length: 65 }, () => digestOf('b')) }
    expect((await board.call(`POST ${DEVICE_ROUTES.imageSources}`, many)).status).toBe(400)
  })
})
