import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { DeviceEventView, DeviceView, FleetView, Page, ProblemDetails } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'

describe('how devices update', () => {
  let api: TestApi
  let user: TestUser
  let operator: TestUser
  let fleet: FleetView
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    operator = await api.signUp('operator', user.organization)
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
    board = await joinFleet(api, user, fleet.id)
  })
  afterAll(() => api.close())

  type Thing = 'fleets' | 'devices'
  const id = (thing: Thing) => (thing === 'fleets' ? fleet.id : board.deviceId)
  const change = (thing: Thing, body: object, by = user) => api.call(by, `PATCH /api/v1/${thing}/${id(thing)}`, body)
  const set = async (thing: Thing, updatePolicy: object) => succeed(await change(thing, { updatePolicy }))
  const policy = async () => (await board.target()).policy
  const force = (thing: Thing, releaseId: string, by = operator) =>
    api.call(by, `PUT /api/v1/${thing}/${id(thing)}/forced-release`, { releaseId })
  const unforce = (thing: Thing) => api.call(operator, `DELETE /api/v1/${thing}/${id(thing)}/forced-release`)
  const code = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]
  const view = async () => (await succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}`))) as DeviceView
  const kinds = async () =>
    (
      (await succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}/events`))) as Page<DeviceEventView>
    ).items.map((event) => event.kind)
  const release = async () => {
    const releaseId = await insertRelease(api.database, { fleetId: fleet.id })
    await succeed(await change('fleets', { pinnedReleaseId: releaseId }))
    return releaseId
  }

  it('is told by the fleet, and by the device over it, in the next target', async () => {
    expect(await policy()).toMatchObject({ confirmSeconds: 60, switchWindows: [] })
    const nights = [{ days: ['mon', 'fri'], from: '22:00', to: '04:00' }]
    await set('fleets', { switchWindows: nights, timeZone: 'Europe/Berlin', confirmSeconds: 300 })
    expect(await policy()).toMatchObject({ confirmSeconds: 300, switchWindows: nights, timeZone: 'Europe/Berlin' })
    await set('devices', { confirmSeconds: 0, switchWindows: [] })
    expect(await policy()).toMatchObject({ confirmSeconds: 0, switchWindows: [], timeZone: 'Europe/Berlin' })
    expect(await view()).toMatchObject({
      updatePolicy: { confirmSeconds: 0, timeZone: 'Europe/Berlin', reserveBytes: 200_000_000 },
      ownUpdatePolicy: { confirmSeconds: 0, switchWindows: [] },
    })
    await set('devices', { confirmSeconds: null })
    await set('fleets', { timeZone: null })
    expect(await policy()).toMatchObject({ confirmSeconds: 300, switchWindows: [] })
    expect(await policy()).not.toHaveProperty('timeZone')
    expect((await view()).ownUpdatePolicy).toEqual({ switchWindows: [] })
    expect((await kinds()).filter((kind) => kind === 'update-policy-changed')).toHaveLength(4)
  })

  it('raises the generation with a change, and not without one', async () => {
    const generation = async () => (await board.target()).generation
    const before = await generation()
    await set('fleets', { confirmSeconds: 10 })
    await set('fleets', { confirmSeconds: 10 })
    expect(await generation()).toBe(before + 1)
    await set('devices', { confirmSeconds: 20 })
    await set('devices', { confirmSeconds: 20 })
    expect(await generation()).toBe(before + 2)
  })

  it('is checked, and in the audit log', async () => {
    expect(await code(await change('fleets', { updatePolicy: { timeZone: 'Mars/Olympus' } }))).toEqual([
      422,
      'time-zone-unknown',
    ])
    expect(await code(await change('devices', { updatePolicy: { timeZone: '+01:00' } }))).toEqual([
      422,
      'time-zone-unknown',
    ])
    for (const window of [
      { from: '25:00', to: '04:00' },
      { from: '02:00' },
      { days: ['someday'], from: '1:00', to: '2:00' },
    ]) {
      expect((await change('fleets', { updatePolicy: { switchWindows: [window] } })).status).toBe(400)
    }
    expect((await change('fleets', { updatePolicy: { confirmSeconds: -1 } })).status).toBe(400)
    await set('fleets', { confirmSeconds: 5 })
    const [entry] = await api.database.query<{ before: object; after: object }[]>(
      `SELECT before, after FROM audit_entries WHERE resource_id = $1 ORDER BY id DESC LIMIT 1`,
      [fleet.id],
    )
    expect(entry).toMatchObject({ before: { updatePolicy: {} }, after: { updatePolicy: { confirmSeconds: 5 } } })
  })

  it('of a whole fleet is for developers; forcing is for operators', async () => {
    const releaseId = await release()
    expect(await code(await change('fleets', { updatePolicy: {} }, operator))).toEqual([403, 'role-too-low'])
    expect((await change('devices', { updatePolicy: {} }, operator)).status).toBe(200)
    const observer = await api.signUp('observer', user.organization)
    for (const thing of ['fleets', 'devices'] as const) {
      expect(await code(await force(thing, releaseId, observer))).toEqual([403, 'role-too-low'])
      expect((await force(thing, releaseId)).status).toBe(200)
    }
  })

  it.each(['fleets', 'devices'] as const)(
    'can be forced for %s, until another release is the target',
    async (thing) => {
      const first = await release()
      expect(await code(await force(thing, fleet.id))).toEqual([409, 'release-not-target'])
      await succeed(await force(thing, first))
      expect((await policy()).forcedReleaseId).toBe(first)
      expect((await view()).updatePolicy.forcedReleaseId).toBe(first)
      expect((await kinds())[0]).toBe('release-forced')
      await succeed(await unforce(thing))
      expect(await policy()).not.toHaveProperty('forcedReleaseId')
      expect((await kinds())[0]).toBe('release-unforced')
      await succeed(await force(thing, first))
      const second = await release()
      expect(await policy()).not.toHaveProperty('forcedReleaseId')
      expect(await code(await force(thing, first))).toEqual([409, 'release-not-target'])
      // What was forced once is not forced again because it came back.
      await succeed(await change('fleets', { pinnedReleaseId: first }))
      expect(await policy()).not.toHaveProperty('forcedReleaseId')
      expect(second).not.toBe(first)
    },
  )

  it('forced on a device ends with its own pin and with its move', async () => {
    const first = await release()
    await succeed(await force('devices', first))
    const pinned = await insertRelease(api.database, { fleetId: fleet.id })
    await succeed(await change('devices', { pinnedReleaseId: pinned }))
    await succeed(await change('devices', { pinnedReleaseId: null }))
    expect(await policy()).not.toHaveProperty('forcedReleaseId')
    await succeed(await force('devices', first))
    const other = await createFleet(api, user)
    await succeed(await change('devices', { fleetId: other.id }))
    await succeed(await change('devices', { fleetId: fleet.id }))
    expect(await policy()).not.toHaveProperty('forcedReleaseId')
  })
})
