import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type {
  DeviceDownloadCost,
  FleetView,
  ImageDeltas,
  Platform,
  ProblemDetails,
  ReleaseDownloads,
} from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { DeltaPlans, DeltaReadinesses } from './index.js'
import { insertDelta, insertLayeredRelease, type LayeredRelease, reportRunning } from './testing/delta-bench.js'

const MB = 1_000_000

describe('the deltas of a release, and what it costs', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('operator')
  })
  beforeEach(async () => {
    const developer = await api.signUp('developer', user.organization)
    fleet = await createFleet(api, developer)
  })
  afterAll(() => api.close())

  const release = (layers: Record<string, string[]>, more: { platforms?: Platform[]; status?: 'draft' } = {}) =>
    insertLayeredRelease(api, { fleetId: fleet.id, layers, ...more })
  const boardsRunning = async (count: number, { id }: LayeredRelease, more?: object): Promise<TestBoard[]> => {
    const developer = await api.signUp('developer', user.organization)
    const boards: TestBoard[] = []
    for (let made = 0; made < count; made++) {
      const board = await joinFleet(api, developer, fleet.id)
      await reportRunning(board, fleet.id, id, more)
      boards.push(board)
    }
    return boards
  }
  const plan = () => api.app.get(DeltaPlans, { strict: false }).planFleet(fleet.id)
  const read = async <T>(path: string) => (await succeed(await api.call(user, `GET /api/v1/${path}`))) as T
  const deltas = async ({ id }: LayeredRelease) => (await read<ImageDeltas>(`releases/${id}/deltas`)).items
  const downloads = ({ id }: LayeredRelease) => read<ReleaseDownloads>(`releases/${id}/downloads`)
  const make = ({ id }: LayeredRelease, body: object = {}) => api.call(user, `POST /api/v1/releases/${id}/deltas`, body)
  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]

  it('are wanted for the newest release from what most devices run, five sources at most', async () => {
    for (const [index, count] of [2, 1, 1, 1, 1, 1].entries()) {
      await boardsRunning(count, await release({ main: ['base', `${index}`] }))
    }
    const newest = await release({ main: ['base', 'new'] })
    await plan()
    await plan()
    const wanted = await deltas(newest)
    expect(wanted).toHaveLength(5)
    expect(wanted[0]).toMatchObject({ state: 'waiting', requestedBy: 'build', attempts: 0, plainBytes: 10 * MB })
    expect(
      wanted.flatMap(({ fromVersions }) => fromVersions).filter((version) => version.startsWith('1-')),
    ).toHaveLength(1)
    await boardsRunning(1, newest)
    await plan()
    expect(await deltas(newest)).toHaveLength(5)
  })

  it('are not wanted for services that do not change, for a few bytes, or for other platforms', async () => {
    const old = await release({ same: ['a'], small: ['a'], web: ['a'] })
    await boardsRunning(1, old)
    const services = { same: ['a'], small: ['a', 'small-b'], web: ['b'] }
    const newest = await release(services, { platforms: ['linux/amd64', 'linux/arm64'] })
    await plan()
    expect(await deltas(newest)).toMatchObject([{ service: 'web', platform: 'linux/amd64', from: old.digests.web }])
  })

  it('are wanted for a release that a device is pinned to, and for no draft', async () => {
    const [old, pinned] = [await release({ main: ['a'] }), await release({ main: ['b'] })]
    const [draft, newest] = [await release({ main: ['c'] }, { status: 'draft' }), await release({ main: ['d'] })]
    const [board] = await boardsRunning(1, old)
    await succeed(await api.call(user, `PATCH /api/v1/devices/${board?.deviceId}`, { pinnedReleaseId: pinned.id }))
    await plan()
    expect(await deltas(pinned)).toHaveLength(1)
    expect(await deltas(newest)).toHaveLength(1)
    expect(await deltas(draft)).toHaveLength(0)
  })

  it('are made when an operator asks, for drafts too, and from releases that nobody runs', async () => {
    const [old, older] = [await release({ main: ['a'] }), await release({ main: ['b'] })]
    await boardsRunning(1, old)
    const draft = await release({ main: ['c'] }, { status: 'draft' })
    const response = await make(draft)
    expect(response.status).toBe(202)
    expect(((await response.json()) as ImageDeltas).items).toMatchObject([{ from: old.digests.main }])
    expect((await make(draft, { from: [older.id] })).status).toBe(202)
    const made = await deltas(draft)
    expect(made.map(({ from, requestedBy }) => [from, requestedBy])).toEqual([
      [old.digests.main, 'person'],
      [older.digests.main, 'person'],
    ])
    const audit = await api.database.query<{ action: string }[]>(
      'SELECT action FROM audit_entries WHERE resource_id = $1',
      [draft.id],
    )
    expect(audit).toEqual([{ action: 'release.deltas-requested' }, { action: 'release.deltas-requested' }])
  })

  it('that failed are tried again when somebody asks, the others are left alone', async () => {
    const [one, two, to] = [
      await release({ main: ['a'] }),
      await release({ main: ['b'] }),
      await release({ main: ['c'] }),
    ]
    const pair = (from: LayeredRelease) => ({ fleetId: fleet.id, from: from.digests.main!, to: to.digests.main! })
    await insertDelta(api, { ...pair(one), state: 'failed' })
    await insertDelta(api, { ...pair(two), state: 'not-worth-it' })
    await succeed(await make(to, { from: [one.id, two.id] }))
    expect((await deltas(to)).map(({ state }) => state)).toEqual(['waiting', 'not-worth-it'])
  })

  it('are for those who may see the release, and made by operators', async () => {
    const [old, to] = [await release({ main: ['a'] }), await release({ main: ['c'] })]
    const [stranger, observer] = [await api.signUp(), await api.signUp('observer', user.organization)]
    for (const path of ['deltas', 'downloads']) {
      const route = `GET /api/v1/releases/${to.id}/${path}` as const
      expect((await api.call(stranger, route)).status).toBe(404)
      expect((await api.call(observer, route)).status).toBe(200)
    }
    const route = `POST /api/v1/releases/${to.id}/deltas` as const
    expect((await api.call(observer, route, {})).status).toBe(403)
    expect((await api.call(stranger, route, {})).status).toBe(404)
    const elsewhere = await insertLayeredRelease(api, {
      fleetId: (await createFleet(api, await api.signUp())).id,
      layers: { main: ['a'] },
    })
    expect(await refusal(await make(to, { from: [old.id, elsewhere.id] }))).toEqual([422, 'release-unknown'])
  })

  it('counts what a release costs by what devices run: nothing, deltas, the layers that they lack, all of it', async () => {
    const [old, older] = [await release({ web: ['base', 'a'], db: ['d'] }), await release({ web: ['x'], db: ['d'] })]
    await boardsRunning(2, old)
    await boardsRunning(1, older)
    const [silent] = [await joinFleet(api, await api.signUp('developer', user.organization), fleet.id)]
    const to = await release({ web: ['base', 'b'], db: ['d'] })
    await boardsRunning(1, to)
    const direct = { fleetId: fleet.id, service: 'web', to: to.digests.web! }
    await insertDelta(api, { ...direct, from: old.digests.web!, sizeBytes: MB })
    await insertDelta(api, { ...direct, from: older.digests.web!, state: 'making' })
    const cost = await downloads(to)
    expect(silent?.deviceId).toBeDefined()
    expect(cost.totals).toEqual({
      ...{ devices: 5, devicesWithAll: 1, mostBytes: 30 * MB },
      bytes: 2 * MB + 20 * MB + 30 * MB,
      plainBytes: 2 * 10 * MB + 20 * MB + 30 * MB,
    })
    expect(cost.deltas).toEqual({ pending: 1, ready: 1, notWorthIt: 0, failed: 0, readyInSeconds: expect.any(Number) })
    const [db, web] = cost.images
    expect(db).toMatchObject({ service: 'db', sizeBytes: 10 * MB, digest: to.digests.db })
    expect(db?.sources.map(({ way, devices }) => [way, devices])).toEqual([
      ['nothing', 2],
      ['nothing', 1],
      ['nothing', 1],
      ['layers', 1],
    ])
    const sources = new Map(web?.sources.map((source) => [source.releaseId, source]))
    expect(sources.get(old.id)).toMatchObject({
      ...{ way: 'delta', bytes: MB, plainBytes: 10 * MB, devices: 2, deltas: 1 },
      delta: { state: 'ready', sizeBytes: MB },
    })
    expect(sources.get(older.id)).toMatchObject({ way: 'layers', bytes: 20 * MB, delta: { state: 'making' } })
    expect(sources.get(to.id)).toMatchObject({ way: 'nothing', bytes: 0 })
    expect(sources.get(undefined)).toMatchObject({ way: 'layers', bytes: 20 * MB, devices: 1 })
  })

  it('counts a layer once that two services of a release share', async () => {
    const to = await release({ a: ['base', 'a'], b: ['base', 'b'] })
    await joinFleet(api, await api.signUp('developer', user.organization), fleet.id)
    expect((await downloads(to)).totals).toMatchObject({ devices: 1, bytes: 30 * MB })
  })

  it('counts all of an image of which the layers are not known', async () => {
    const [old, to] = [await release({ main: ['base', 'a'] }), await release({ main: ['base', 'b'] })]
    await boardsRunning(1, old)
    await api.database.query('UPDATE release_images SET layers = NULL WHERE release_id = $1', [to.id])
    expect((await downloads(to)).totals).toMatchObject({ bytes: 20 * MB })
  })

  it('tells of one device what it would fetch, and whether its budget is enough', async () => {
    const old = await release({ web: ['base', 'a'], db: ['d'] })
    const transfers = { usedToday: 5, usedThisMonth: 5, remainingBytes: 5 * MB, metered: true }
    const [board] = await boardsRunning(1, old, { transfers })
    const to = await release({ web: ['base', 'b'], db: ['d'] })
    const cost = (query = `?release=${to.id}`) =>
      read<DeviceDownloadCost>(`devices/${board?.deviceId}/download-cost${query}`)
    expect(await cost()).toMatchObject({
      ...{ releaseId: to.id, runningReleaseId: old.id, bytes: 10 * MB, plainBytes: 10 * MB },
      images: [
        { service: 'db', way: 'nothing', bytes: 0 },
        { service: 'web', way: 'layers', bytes: 10 * MB },
      ],
      budget: { remainingBytes: 5 * MB, metered: true, fits: false },
    })
    const pair = { from: old.digests.web!, to: to.digests.web! }
    await insertDelta(api, { fleetId: fleet.id, service: 'web', ...pair, sizeBytes: MB })
    expect(await cost()).toMatchObject({ bytes: MB, plainBytes: 10 * MB, budget: { fits: true } })
    const path = `GET /api/v1/devices/${board?.deviceId}/download-cost` as const
    expect(await refusal(await api.call(user, path))).toEqual([409, 'nothing-to-run'])
    const actor = await api.signUp('developer', user.organization)
    await succeed(await api.call(actor, `PATCH /api/v1/fleets/${fleet.id}`, { pinnedReleaseId: to.id }))
    expect(await cost('')).toMatchObject({ releaseId: to.id, bytes: MB })
  })

  it('tells of no release that the device cannot have', async () => {
    const old = await release({ web: ['a'] })
    const [board] = await boardsRunning(1, old)
    const arm = await release({ web: ['b'] }, { platforms: ['linux/arm64'] })
    const path = `GET /api/v1/devices/${board?.deviceId}/download-cost` as const
    expect(await refusal(await api.call(user, `${path}?release=${arm.id}`))).toEqual([409, 'release-not-built-for'])
    const other = await createFleet(api, await api.signUp())
    const elsewhere = await insertLayeredRelease(api, { fleetId: other.id, layers: { web: ['a'] } })
    expect(await refusal(await api.call(user, `${path}?release=${elsewhere.id}`))).toEqual([404, 'release-not-found'])
  })

  it('says when a release will cost no less by waiting', async () => {
    const [one, two, to] = [
      await release({ main: ['a'] }),
      await release({ main: ['b'] }),
      await release({ main: ['c'] }),
    ]
    const readiness = () => api.app.get(DeltaReadinesses, { strict: false }).of({ id: to.id, fleetId: fleet.id })
    expect(await readiness()).toEqual({ pending: 0, ready: 0, notWorthIt: 0, failed: 0, readyBytes: 0 })
    const pair = (from: LayeredRelease) => ({ fleetId: fleet.id, from: from.digests.main!, to: to.digests.main! })
    await insertDelta(api, pair(one))
    const id = await insertDelta(api, { ...pair(two), state: 'waiting' })
    expect(await readiness()).toMatchObject({
      pending: 1,
      ready: 1,
      readyBytes: MB,
      readyInSeconds: expect.any(Number),
    })
    await api.database.query("UPDATE image_deltas SET state = 'failed' WHERE id = $1", [id])
    expect(await readiness()).toEqual({ pending: 0, ready: 1, notWorthIt: 0, failed: 1, readyBytes: MB })
  })
})
