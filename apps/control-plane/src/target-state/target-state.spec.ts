import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import {
  DEVICE_ROUTES,
  type DeviceView,
  type FleetView,
  NEXT_POLL_HEADER,
  type Platform,
  type ProblemDetails,
  type SignedTarget,
  type Target,
} from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { DataSource } from 'typeorm'
import { FleetsService } from '../fleets/index.js'
import { KnownDevices } from '../hardware/index.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, TestBoard } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'

describe('the target of a device', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
    board = await joinFleet(api, user, fleet.id, { name: 'roof' })
  })
  afterEach(() => void jest.restoreAllMocks())
  afterAll(() => api.close())

  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]
  const patch = async (path: string, body: unknown) => succeed(await api.call(user, `PATCH /api/v1/${path}`, body))
  const finalize = async (releaseId: string, fleetId = fleet.id) => {
    const actor = { kind: 'system', id: 'system', label: 'Flotilla' } as const
    const fleets = api.app.get(FleetsService, { strict: false })
    await api.app.get(DataSource).transaction((t) => fleets.releaseFinalized(t, { fleetId, releaseId, actor }))
  }

  it('is signed, and addressed to the board', async () => {
    const target = await board.target()
    expect(target).toMatchObject({
      protocol: 1,
      generation: 1,
      device: { id: board.deviceId, name: 'roof', hardwareUuid: board.uuid },
      fleet: { id: fleet.id, name: fleet.name, organization: user.organization },
      apps: [],
    })
  })

  it('answers 304 without a body to a board that has it, and says when to come back', async () => {
    const first = await board.poll()
    const { payload } = (await succeed(first)) as SignedTarget
    expect(first.headers.get('etag')).toBe(`"${(JSON.parse(payload) as Target).generation}"`)
    const second = await board.poll(first.headers.get('etag') ?? '')
    expect([second.status, await second.text()]).toEqual([304, ''])
    const polls = await Promise.all(Array.from({ length: 20 }, () => board.poll(first.headers.get('etag') ?? '')))
    const seconds = polls.map((poll) => Number(poll.headers.get(NEXT_POLL_HEADER)))
    expect(new Set(seconds).size).toBeGreaterThan(1)
    for (const each of seconds) {
      expect(each).toBeGreaterThanOrEqual(api.config.DEVICE_POLL_SECONDS * 0.75)
      expect(each).toBeLessThanOrEqual(api.config.DEVICE_POLL_SECONDS * 1.25 + 1)
    }
  })

  it('needs no query for a 304', async () => {
    const etag = (await board.poll()).headers.get('etag') ?? ''
    // It asks the same, now and then, for all devices together.
    jest.spyOn(api.app.get(KnownDevices, { strict: false }), 'recheck').mockResolvedValue()
    const source = api.app.get(DataSource)
    const queries: string[] = []
    const { logger } = source
    source.logger = Object.assign(Object.create(logger) as typeof logger, {
      logQuery: (query: string) => queries.push(query),
    })
    for (let count = 0; count < 50; count++) expect((await board.poll(etag)).status).toBe(304)
    source.logger = logger
    // When devices were seen is written every few seconds, for all of them together.
    expect(queries.filter((query) => !query.includes('online_until'))).toEqual([])
    expect(queries.length).toBeLessThan(10)
  })

  it('notes that the device was seen', async () => {
    await board.poll()
    const shown = async () => succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}`))
    const online = async () => ((await shown()) as DeviceView).connectivity === 'online'
    await waitFor(online, { what: 'the device counts as online' })
    expect(((await shown()) as DeviceView).lastSeenAt).toBeDefined()
  })

  it('holds the release of the fleet with the images for the board', async () => {
    const compose = { services: { web: { ports: [{ target: 80 }] }, db: {} }, volumes: { data: {} } }
    const release = await insertRelease(api.database, {
      fleetId: fleet.id,
      compose,
      platforms: ['linux/amd64', 'linux/arm64'],
    })
    await finalize(release)
    const target = await board.target()
    const images = await api.database.query<{ service: string; digest: string }[]>(
      `SELECT service, digest FROM release_images WHERE release_id = $1 AND platform = 'linux/amd64'`,
      [release],
    )
    const [app] = target.apps
    expect(app).toMatchObject({ id: fleet.id, name: fleet.name, release: { id: release } })
    for (const { service, digest } of images) {
      expect(app?.services[service]?.image).toMatchObject({ repository: `127.0.0.1:2/fleets/${fleet.id}`, digest })
    }
    expect(Object.keys(app?.services ?? {}).sort()).toEqual(['db', 'web'])
  })

  it('stays at the newest release that was built for the board, and the device says why', async () => {
    const arm = await joinFleet(api, user, fleet.id, { platform: 'linux/arm64' })
    const first = await insertRelease(api.database, { fleetId: fleet.id, platforms: ['linux/amd64', 'linux/arm64'] })
    const second = await insertRelease(api.database, { fleetId: fleet.id, platforms: ['linux/amd64'] })
    await finalize(first)
    await finalize(second)
    expect((await board.target()).apps[0]?.release.id).toBe(second)
    expect((await arm.target()).apps[0]?.release.id).toBe(first)
    expect(await succeed(await api.call(user, `GET /api/v1/devices/${arm.deviceId}`))).toMatchObject({
      targetReleaseId: first,
      explanation: expect.stringContaining('was not built for linux/arm64'),
    })
    const none = await joinFleet(api, user, fleet.id, { platform: 'linux/arm/v7' })
    expect((await none.target()).apps).toEqual([])
    const [shown] = [await succeed(await api.call(user, `GET /api/v1/devices/${none.deviceId}`))]
    expect(shown).toMatchObject({ explanation: expect.stringContaining('runs nothing until then') })
    expect(shown).not.toHaveProperty('targetReleaseId')
  })

  it('never goes ahead of the release that it should run', async () => {
    const arm = await joinFleet(api, user, fleet.id, { platform: 'linux/arm64' })
    const make = (platforms: Platform[]) => insertRelease(api.database, { fleetId: fleet.id, platforms })
    const [first, second] = [await make(['linux/arm64']), await make(['linux/amd64'])]
    await make(['linux/arm64'])
    await patch(`fleets/${fleet.id}`, { pinnedReleaseId: second })
    expect((await arm.target()).apps[0]?.release.id).toBe(first)
  })

  it('never goes back to a release that was invalidated', async () => {
    const arm = await joinFleet(api, user, fleet.id, { platform: 'linux/arm64' })
    const [oldest, bad] = [
      await insertRelease(api.database, { fleetId: fleet.id, platforms: ['linux/arm64'] }),
      await insertRelease(api.database, { fleetId: fleet.id, platforms: ['linux/arm64'] }),
    ]
    await api.database.query('UPDATE releases SET invalidated_at = now() WHERE id = $1', [bad])
    await finalize(await insertRelease(api.database, { fleetId: fleet.id }))
    expect((await arm.target()).apps[0]?.release.id).toBe(oldest)
  })

  it('reflects the four levels of variables, also after a move', async () => {
    const other = await createFleet(api, user)
    for (const each of [fleet, other]) {
      await finalize(
        await insertRelease(api.database, { fleetId: each.id, compose: { services: { web: {} } } }),
        each.id,
      )
    }
    const put = async (place: object, name: string) =>
      succeed(await api.call(user, 'PUT /api/v1/variables', { ...place, name, value: JSON.stringify(place) }))
    const levels = [
      { fleetId: fleet.id },
      { fleetId: fleet.id, service: 'web' },
      { deviceId: board.deviceId },
      { deviceId: board.deviceId, service: 'web' },
    ]
    // L1 is set at every level, L2 at all but the lowest …
    for (const [index, place] of levels.entries()) {
      for (let level = 0; level <= index; level++) await put(place, `L${level}`)
    }
    await put({ fleetId: other.id }, 'OTHER')
    const environment = async () => (await board.target()).apps[0]?.services.web?.environment
    expect(await environment()).toEqual({
      L0: JSON.stringify(levels[3]),
      L1: JSON.stringify(levels[3]),
      L2: JSON.stringify(levels[3]),
      L3: JSON.stringify(levels[3]),
    })
    await patch(`devices/${board.deviceId}`, { fleetId: other.id })
    const moved = await board.target()
    expect(moved.fleet.id).toBe(other.id)
    expect(moved.apps[0]?.id).toBe(other.id)
    expect(moved.apps[0]?.services.web?.environment).toMatchObject({
      OTHER: JSON.stringify({ fleetId: other.id }),
      L3: JSON.stringify(levels[3]),
    })
  })

  it('shows people the target without secrets', async () => {
    await finalize(await insertRelease(api.database, { fleetId: fleet.id }))
    const secret = { fleetId: fleet.id, name: 'PASSWORD', value: 'hunter2', secret: true }
    await succeed(await api.call(user, 'PUT /api/v1/variables', secret))
    expect(JSON.stringify(await board.target())).toContain('hunter2')
    const shown = await succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}/target`))
    expect(shown).toMatchObject({ generation: 3, target: { device: { id: board.deviceId } } })
    expect(JSON.stringify(shown)).not.toContain('hunter2')
  })

  it('names the key of its fleet to boards that may have neighbours, and to nobody else', async () => {
    const other = await joinFleet(api, user, fleet.id, { name: 'cellar' })
    const key = (await board.target()).neighbours?.key
    expect(key).toMatch(/^[\w-]{43}$/)
    expect((await other.target()).neighbours).toEqual({ key })
    const stranger = await joinFleet(api, user, (await createFleet(api, user)).id, { name: 'far away' })
    expect((await stranger.target()).neighbours?.key).not.toBe(key)
    const shown = await api.call(user, `GET /api/v1/devices/${board.deviceId}/target`)
    expect(await shown.text()).not.toContain(key)
    await patch(`devices/${board.deviceId}`, { updatePolicy: { transfers: { neighbours: false } } })
    expect(await board.target()).not.toHaveProperty('neighbours')
  })

  it('is refused without a token, with a forged one, with one that ran out, and to a board that was replaced', async () => {
    const path = `GET ${DEVICE_ROUTES.target}` as const
    expect(await refusal(await api.call(undefined, path))).toEqual([401, 'token-missing'])
    const forged = { Authorization: `Bearer ${board.accessToken()}x` }
    expect(await refusal(await api.call(undefined, path, undefined, forged))).toEqual([401, 'token-invalid'])
    expect(await refusal(await api.call(user, path))).toEqual([401, 'token-invalid'])
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_601_000)
    expect(await refusal(await board.poll())).toEqual([401, 'token-invalid'])
    jest.restoreAllMocks()
    await api.database.query('UPDATE hardware SET active = false WHERE uuid = $1', [board.uuid])
    expect(await refusal(await board.poll())).toEqual([401, 'device-unknown'])
  })

  it('is gone with the device', async () => {
    await board.poll()
    expect((await api.call(user, `DELETE /api/v1/devices/${board.deviceId}`)).status).toBe(204)
    await waitFor(async () => (await board.poll()).status === 401, { what: 'the device is forgotten' })
  })

  it('asks devices to come back later when too many targets are made at once', async () => {
    await finalize(await insertRelease(api.database, { fleetId: fleet.id }))
    await board.poll()
    const blocker = api.database.createQueryRunner()
    await blocker.startTransaction()
    await blocker.query('LOCK TABLE variables IN ACCESS EXCLUSIVE MODE')
    const refused: Response[] = []
    const polls = Array.from({ length: 80 }, async () => {
      const response = await board.poll()
      if (response.status !== 200) refused.push(response)
      return response.status
    })
    await waitFor(() => refused.length === 16, { what: 'all polls past the limit are refused' })
    await blocker.rollbackTransaction()
    await blocker.release()
    expect((await Promise.all(polls)).filter((status) => status === 200)).toHaveLength(64)
    for (const response of refused) {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(5)
      expect(await refusal(response)).toEqual([503, 'overloaded'])
    }
  })
})
