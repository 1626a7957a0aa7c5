import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { DeviceEventView, DeviceView, FleetView, Page, ProblemDetails, UpdateDevice } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'
import { DevicesRepository } from './devices.repository.js'

describe('devices', () => {
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
  afterAll(() => api.close())

  const list = async (query: string, by = user) =>
    (await succeed(await api.call(by, `GET /api/v1/devices?${query}`))) as Page<DeviceView>
  const names = async (query: string, by = user) => (await list(query, by)).items.map((device) => device.name)
  const get = async (id = board.deviceId) =>
    (await succeed(await api.call(user, `GET /api/v1/devices/${id}`))) as DeviceView
  const patch = (input: UpdateDevice, by = user, headers: Record<string, string> = {}) =>
    api.call(by, `PATCH /api/v1/devices/${board.deviceId}`, input, headers)
  const events = async (query = '') =>
    (await succeed(
      await api.call(user, `GET /api/v1/devices/${board.deviceId}/events${query}`),
    )) as Page<DeviceEventView>
  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]

  describe('in lists', () => {
    it('are found by fleet, organization, name, uuid and parts of them', async () => {
      const attic = await joinFleet(api, user, fleet.id, { name: '100%_attic' })
      const here = `fleet=${fleet.id}`
      expect(await names(here)).toEqual(['roof', '100%_attic'])
      expect(await names(`${here}&name=roof`)).toEqual(['roof'])
      expect(await names(`organization=${user.organization}&name=100%25_attic`)).toContain('100%_attic')
      expect(await names(`organization=${user.organizationId}&uuid=${attic.uuid}`)).toEqual(['100%_attic'])
      expect(await names(`${here}&q=OO`)).toEqual(['roof'])
      expect(await names(`${here}&q=${attic.uuid.slice(3, 20)}`)).toEqual(['100%_attic'])
      expect(await names(`${here}&q=%25`)).toEqual(['100%_attic'])
      expect(await names(`${here}&q=_`)).toEqual(['100%_attic'])
      expect(await names(`${here}&q=%5C`)).toEqual([])
      expect(await names('organization=nobody')).toEqual([])
    })

    it('are read without what is long in their reports', async () => {
      const releaseId = await insertRelease(api.database, { fleetId: fleet.id })
      const failure = { releaseId, version: '1', at: '2026-11-21T12:00:00.000Z', code: 'exited', reason: 'web ended.' }
      const services = { web: { reason: 'web ended.', lastLines: 'x'.repeat(30_000) } }
      const changes = {
        supervisor: { version: '1.2.3' },
        explanation: 'Waiting.',
        apps: {
          [fleet.id]: {
            trial: { releaseId, failures: 2, lastFailure: { ...failure, services } },
            rejected: { ...failure, services },
            services: { web: { status: 'exited', error: 'y'.repeat(2000) }, db: { status: 'running' } },
          },
        },
      }
      const report = { protocol: 1, baseline: 0, number: 1, at: '2026-11-21T12:00:00.000Z', changes }
      await succeed(await board.call('PATCH /device/v1/report', report))
      const row = await api.app.get(DevicesRepository, { strict: false }).find(board.deviceId)
      expect(JSON.stringify(row?.report).length).toBeLessThan(2000)
      expect(await get()).toMatchObject({
        supervisorVersion: '1.2.3',
        explanation: 'Waiting.',
        trial: { releaseId, failures: 2, lastFailure: failure },
        rejected: failure,
        serviceCounts: { exited: 1, running: 1 },
      })
    })

    it('are found by what they do and whether they are there', async () => {
      const silent = await joinFleet(api, user, fleet.id, { name: 'silent' })
      await joinFleet(api, user, fleet.id, { name: 'new' })
      const set = (id: string, until: string) =>
        api.database.query(
          `UPDATE devices SET last_seen_at = now(), online_until = now() + $2::interval WHERE id = $1`,
          [id, until],
        )
      await set(board.deviceId, '1 hour')
      await set(silent.deviceId, '-1 hour')
      await api.database.query(
        `INSERT INTO device_reports (device_id, hardware_id, number, state, activity, reported_at)
         VALUES ($1, $1, 1, '{}', 'failing', now())`,
        [silent.deviceId],
      )
      const here = `fleet=${fleet.id}`
      expect(await names(`${here}&connectivity=online`)).toEqual(['roof'])
      expect(await names(`${here}&connectivity=offline`)).toEqual(['silent'])
      expect(await names(`${here}&connectivity=never`)).toEqual(['new'])
      expect(await names(`${here}&activity=failing`)).toEqual(['silent'])
      expect(await names(`${here}&activity=settled`)).toEqual([])
      const shown = (await succeed(await api.call(user, `GET /api/v1/fleets/${fleet.id}`))) as FleetView
      expect(shown.deviceCounts).toEqual({ total: 3, online: 1, rejected: 0, failing: 1 })
    })

    it('are not found by what no text can hold', async () => {
      for (const query of ['name', 'uuid', 'q', 'organization']) {
        const answer = await api.call(user, `GET /api/v1/devices?${query}=a%00b`)
        expect([query, ...(await refusal(answer))]).toEqual([query, 400, 'text-not-storable'])
      }
      for (const path of ['logs', 'logs/stream']) {
        const logs = await api.call(user, `GET /api/v1/devices/${board.deviceId}/${path}?service=%00`)
        expect(await refusal(logs)).toEqual([400, 'text-not-storable'])
      }
    })

    it('come in pages, each device once, while others are added', async () => {
      for (let count = 0; count < 4; count++) await joinFleet(api, user, fleet.id, { name: `d${count}` })
      const seen: string[] = []
      for (let query = `fleet=${fleet.id}&limit=2`, page = await list(query); ; page = await list(query)) {
        seen.push(...page.items.map((device) => device.name))
        if (page.nextCursor === undefined) break
        if (seen.length === 2) await joinFleet(api, user, fleet.id, { name: 'late' })
        query = `fleet=${fleet.id}&limit=2&cursor=${page.nextCursor}`
      }
      expect(seen).toEqual(['roof', 'd0', 'd1', 'd2', 'd3', 'late'])
    })
  })

  describe('change', () => {
    it('their name, if no other of the fleet has it', async () => {
      await joinFleet(api, user, fleet.id, { name: 'attic' })
      expect(await refusal(await patch({ name: 'attic' }))).toEqual([409, 'device-name-taken'])
      expect(await succeed(await patch({ name: 'chimney' }))).toMatchObject({ name: 'chimney', targetGeneration: 2 })
      expect((await events()).items[0]).toMatchObject({
        kind: 'renamed',
        detail: { from: 'roof', to: 'chimney' },
        actor: { kind: 'api-key' },
      })
    })

    it('their name to nothing that a line of text could not show', async () => {
      for (const name of ['a\0b', 'a\nb', 'a\x1b[31mb', '\u202Eb', '  ', '\u200B']) {
        expect([name, await refusal(await patch({ name }))]).toEqual([name, [400, 'invalid-input']])
      }
      expect(await succeed(await patch({ name: '屋根 №1 👩\u200D🚀' }))).toMatchObject({ name: '屋根 №1 👩\u200D🚀' })
    })

    it('nothing where they are told what they are', async () => {
      const before = (await events()).items.length
      expect(await succeed(await patch({ name: 'roof', fleetId: fleet.id, pinnedReleaseId: null }))).toMatchObject({
        targetGeneration: 1,
      })
      expect((await events()).items).toHaveLength(before)
    })

    it('their fleet, with their own variables and history, but without their pin', async () => {
      const there = await createFleet(api, user)
      const pinnedReleaseId = await insertRelease(api.database, { fleetId: fleet.id })
      await succeed(await patch({ pinnedReleaseId }))
      await succeed(await api.call(user, 'PUT /api/v1/variables', { deviceId: board.deviceId, name: 'A', value: '1' }))
      const moved = (await succeed(await patch({ fleetId: there.id }))) as DeviceView
      expect(moved).toMatchObject({ fleetId: there.id, fleet: `${user.organization}/${there.name}`, name: 'roof' })
      expect(moved).not.toHaveProperty('pinnedReleaseId')
      const variables = await succeed(await api.call(user, `GET /api/v1/variables?device=${board.deviceId}`))
      expect(variables).toMatchObject({ items: [{ name: 'A', value: '1' }] })
      const history = (await events()).items.map((event) => event.kind)
      expect(history).toEqual([
        'target-release-changed',
        'unpinned',
        'moved',
        'variable-set',
        'target-release-changed',
        'pinned',
        'registered',
      ])
    })

    it('fleet and name together, whatever names are taken where they come from', async () => {
      const there = await createFleet(api, user)
      await joinFleet(api, user, there.id, { name: 'roof' })
      await joinFleet(api, user, fleet.id, { name: 'attic' })
      expect(await refusal(await patch({ fleetId: there.id }))).toEqual([409, 'device-name-taken'])
      expect((await get()).fleetId).toBe(fleet.id)
      expect(await succeed(await patch({ fleetId: there.id, name: 'attic' }))).toMatchObject({ name: 'attic' })
    })

    it('their pin, to a final release of their fleet only', async () => {
      const other = await createFleet(api, user)
      const [own, draft, foreign] = [
        await insertRelease(api.database, { fleetId: fleet.id }),
        await insertRelease(api.database, { fleetId: fleet.id, status: 'draft' }),
        await insertRelease(api.database, { fleetId: other.id }),
      ]
      for (const pinnedReleaseId of [draft, foreign]) {
        expect(await refusal(await patch({ pinnedReleaseId }))).toEqual([422, 'release-not-deployable'])
      }
      const both = await patch({ fleetId: other.id, pinnedReleaseId: own })
      expect(await refusal(both)).toEqual([422, 'release-not-deployable'])
      const pinned = await succeed(await patch({ pinnedReleaseId: own }))
      expect(pinned).toMatchObject({ pinnedReleaseId: own, targetReleaseId: own })
      expect(await succeed(await patch({ fleetId: other.id, pinnedReleaseId: foreign }))).toMatchObject({
        fleetId: other.id,
        pinnedReleaseId: foreign,
      })
    })

    it('not under the eyes of somebody who read them before', async () => {
      const read = await api.call(user, `GET /api/v1/devices/${board.deviceId}`)
      const tag = read.headers.get('etag') ?? ''
      await succeed(await patch({ name: 'chimney' }, user, { 'If-Match': tag }))
      expect(await refusal(await patch({ name: 'attic' }, user, { 'If-Match': tag }))).toEqual([
        412,
        'changed-meanwhile',
      ])
    })

    it('while they are seen and report', async () => {
      const read = await api.call(user, `GET /api/v1/devices/${board.deviceId}`)
      const tag = read.headers.get('etag') ?? ''
      await api.database.query('UPDATE devices SET last_seen_at = now() WHERE id = $1', [board.deviceId])
      const again = await api.call(user, `GET /api/v1/devices/${board.deviceId}`, undefined, { 'If-None-Match': tag })
      expect(again.status).toBe(200)
      expect((await patch({ name: 'chimney' }, user, { 'If-Match': tag })).status).toBe(200)
    })

    it('by operators, and into fleets that these may operate', async () => {
      const operator = await api.signUp('operator', user.organization)
      const observer = await api.signUp('observer', user.organization)
      const stranger = await api.signUp('developer')
      const foreign = await createFleet(api, stranger)
      expect((await patch({ name: 'chimney' }, operator)).status).toBe(200)
      expect(await refusal(await patch({ name: 'attic' }, observer))).toEqual([403, 'role-too-low'])
      expect(await refusal(await patch({ fleetId: foreign.id }, operator))).toEqual([404, 'fleet-not-found'])
      const nowhere = await patch({ fleetId: '00000000-0000-4000-8000-000000000000' }, operator)
      expect(await refusal(nowhere)).toEqual([404, 'fleet-not-found'])
    })
  })

  it('leave their history when they are deleted', async () => {
    expect((await api.call(user, `DELETE /api/v1/devices/${board.deviceId}`)).status).toBe(204)
    expect(await refusal(await api.call(user, `GET /api/v1/devices/${board.deviceId}`))).toEqual([
      404,
      'device-not-found',
    ])
    const kept = await api.database.query<{ kind: string }[]>(
      'SELECT kind FROM device_events WHERE device_id = $1 ORDER BY id',
      [board.deviceId],
    )
    expect(kept.map((event) => event.kind)).toEqual(['registered', 'deleted'])
    expect((await board.register()).status).toBe(200)
  })

  it('have a history in pages, that nobody can change', async () => {
    for (const name of ['a', 'b', 'c']) await succeed(await patch({ name }))
    const first = await events('?limit=2')
    const second = await events(`?limit=2&cursor=${first.nextCursor}`)
    const kinds = [...first.items, ...second.items].map((event) => [event.kind, event.detail.to])
    expect(kinds).toEqual([
      ['renamed', 'c'],
      ['renamed', 'b'],
      ['renamed', 'a'],
      ['registered', undefined],
    ])
    expect(second.nextCursor).toBeUndefined()
    for (const change of ['DELETE FROM device_events', `UPDATE device_events SET kind = 'x'`]) {
      await expect(api.database.query(change)).rejects.toThrow('append-only')
    }
  })

  it('do not exist for other organizations, on any route', async () => {
    const stranger = await api.signUp('admin')
    expect(await names(`fleet=${fleet.id}`, stranger)).toEqual([])
    const id = board.deviceId
    const requests = [
      [`GET /api/v1/devices/${id}`],
      [`PATCH /api/v1/devices/${id}`, { name: 'mine' }],
      [`DELETE /api/v1/devices/${id}`],
      ...(['events', 'hardware', 'target', 'state', 'logs', 'logs/stream'] as const).map(
        (part) => [`GET /api/v1/devices/${id}/${part}`] as const,
      ),
      [`GET /api/v1/variables?device=${id}`],
      ['PUT /api/v1/variables', { deviceId: id, name: 'A', value: '' }],
    ] as const
    for (const [request, body] of requests) {
      expect([request, ...(await refusal(await api.call(stranger, request, body)))]).toEqual([
        request,
        404,
        'device-not-found',
      ])
    }
    expect((await get()).name).toBe('roof')
  })
})
