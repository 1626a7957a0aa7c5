import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  DEVICE_ROUTES,
  type DeviceView,
  type FleetView,
  type Page,
  type Rejection,
  type ReleaseDetailView,
} from '@flotilla/contracts'
import { Sightings } from '../devices/index.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'

const AT = '2026-11-21T12:00:00.000Z'

describe('what devices say of releases', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  let good: string
  let bad: string
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
    good = await insertRelease(api.database, { fleetId: fleet.id })
    bad = await insertRelease(api.database, { fleetId: fleet.id })
  })
  afterAll(() => api.close())

  const rejection = (reason: string): Rejection => ({
    ...{ releaseId: bad, version: '2', at: AT, code: 'crash-loop', reason },
    services: { web: { reason, exitCode: 1, lastLines: 'cannot open /data/settings' } },
  })
  const report = async (board: TestBoard, app: object, activity = 'settled') => {
    const changes = { activity, apps: { [fleet.id]: { services: {}, ...app } } }
    await succeed(
      await board.call(`PATCH ${DEVICE_ROUTES.report}`, { protocol: 1, baseline: 0, number: 1, at: AT, changes }),
    )
    return board
  }
  const join = () => joinFleet(api, user, fleet.id)
  const device = async ({ deviceId }: TestBoard) =>
    (await succeed(await api.call(user, `GET /api/v1/devices/${deviceId}`))) as DeviceView
  const list = async (query: string) =>
    (
      (await succeed(await api.call(user, `GET /api/v1/devices?fleet=${fleet.id}&${query}`))) as Page<DeviceView>
    ).items.map(({ id }) => id)
  const release = async (id: string) =>
    (await succeed(await api.call(user, `GET /api/v1/releases/${id}`))) as ReleaseDetailView

  it('shows a release that is watched, confirmed or given up, and the reason', async () => {
    const trying = await report(await join(), { releaseId: bad, confirmedReleaseId: good, trial: { releaseId: bad } })
    expect(await device(trying)).toMatchObject({
      trial: { releaseId: bad },
      confirmedReleaseId: good,
      confirmedVersion: expect.stringMatching(/^1-/),
    })
    const back = await report(await join(), {
      releaseId: good,
      confirmedReleaseId: good,
      rejected: rejection('web ended'),
    })
    expect((await device(back)).rejected).toEqual({
      ...{ releaseId: bad, version: '2', at: AT, code: 'crash-loop', reason: 'web ended' },
    })
    const first = await report(
      await join(),
      { trial: { releaseId: bad, failures: 2, lastFailure: rejection('no entrypoint') } },
      'failing',
    )
    expect((await device(first)).trial).toMatchObject({ failures: 2, lastFailure: { reason: 'no entrypoint' } })
    await api.app.get(Sightings, { strict: false }).store()
    const { deviceCounts } = (await succeed(await api.call(user, `GET /api/v1/fleets/${fleet.id}`))) as FleetView
    expect(deviceCounts).toEqual({ total: 3, online: 3, rejected: 1, failing: 1 })
  })

  it('lists devices by it', async () => {
    const fine = await report(await join(), { releaseId: good, confirmedReleaseId: good })
    const back = await report(await join(), { releaseId: good, confirmedReleaseId: good, rejected: rejection('x') })
    const silent = await join()
    expect(await list('rejected=true')).toEqual([back.deviceId])
    expect(await list('rejected=false')).toEqual([fine.deviceId, silent.deviceId])
    expect(await list(`rejectedRelease=${bad}`)).toEqual([back.deviceId])
    expect(await list(`confirmedRelease=${good}`)).toEqual([fine.deviceId, back.deviceId])
    expect(await list(`rejectedRelease=${good}`)).toEqual([])
  })

  it('counts for a release on how many devices it was well, and why others gave it up', async () => {
    await report(await join(), { releaseId: good, confirmedReleaseId: good })
    for (const reason of ['web ended with exit code 1.', 'web ended with exit code 1.', 'db is unhealthy.']) {
      await report(await join(), { releaseId: good, confirmedReleaseId: good, rejected: rejection(reason) })
    }
    expect(await release(good)).toMatchObject({ deviceCounts: { confirmed: 4, rejected: 0 }, rejections: [] })
    expect(await release(bad)).toMatchObject({
      deviceCounts: { confirmed: 0, rejected: 3 },
      rejections: [
        { code: 'crash-loop', reason: 'web ended with exit code 1.', devices: 2, last: { at: AT } },
        { code: 'crash-loop', reason: 'db is unhealthy.', devices: 1 },
      ],
    })
  })

  it('counts nothing that devices of another organization say', async () => {
    const stranger = await api.signUp('developer')
    const theirs = await createFleet(api, stranger)
    const board = await joinFleet(api, stranger, theirs.id)
    const app = { releaseId: good, confirmedReleaseId: good, rejected: rejection('made up') }
    const changes = { apps: { [theirs.id]: app } }
    await succeed(
      await board.call(`PATCH ${DEVICE_ROUTES.report}`, { protocol: 1, baseline: 0, number: 1, at: AT, changes }),
    )
    expect((await release(good)).deviceCounts).toMatchObject({ running: 0, confirmed: 0 })
    expect(await release(bad)).toMatchObject({ deviceCounts: { rejected: 0 }, rejections: [] })
    const path = `/api/v1/devices/${board.deviceId}` as const
    expect(await succeed(await api.call(stranger, `GET ${path}`))).not.toHaveProperty('runningVersion')
  })

  it('keeps nobody from editing a device that gives a release up meanwhile', async () => {
    const board = await join()
    const tag = (await api.call(user, `GET /api/v1/devices/${board.deviceId}`)).headers.get('etag') ?? ''
    const trial = { releaseId: bad, failures: 1, lastFailure: rejection('x') }
    await report(board, { releaseId: good, confirmedReleaseId: good, trial, rejected: rejection('x') })
    const path = `/api/v1/devices/${board.deviceId}` as const
    const change = api.call(user, `PATCH ${path}`, { name: 'chimney' }, { 'If-Match': tag })
    expect((await change).status).toBe(200)
  })

  it('forgets a verdict that the device no longer holds', async () => {
    const board = await report(await join(), { releaseId: good, rejected: rejection('x') })
    const changes = { apps: { [fleet.id]: { rejected: null, releaseId: bad, confirmedReleaseId: bad } } }
    await succeed(
      await board.call(`PATCH ${DEVICE_ROUTES.report}`, { protocol: 1, baseline: 1, number: 2, at: AT, changes }),
    )
    expect(await device(board)).not.toHaveProperty('rejected')
    expect((await release(bad)).deviceCounts).toMatchObject({ confirmed: 1, rejected: 0 })
  })
})
