import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { FleetView, Page, ProblemDetails } from '@flotilla/contracts'
import { DataSource } from 'typeorm'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { joinFleet } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'
import { FleetsService } from './index.js'

describe('fleets', () => {
  let api: TestApi
  let user: TestUser
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  afterAll(() => api.close())

  const create = (name: string, more: object = {}, by = user) =>
    api.call(by, 'POST /api/v1/fleets', { organization: by.organization, name, ...more })
  const created = async (name: string, by = user) => (await (await create(name, {}, by)).json()) as FleetView
  const get = async (id: string, by = user) =>
    (await (await api.call(by, `GET /api/v1/fleets/${id}`)).json()) as FleetView
  const code = async (response: Response) => ((await response.json()) as ProblemDetails).code

  it('makes a fleet and shows it', async () => {
    const response = await create('weather', { platforms: ['linux/arm64', 'linux/arm64'] })
    expect(response.status).toBe(201)
    const fleet = (await response.json()) as FleetView
    expect(fleet).toMatchObject({
      name: 'weather',
      organization: user.organization,
      deployBranch: 'main',
      platforms: ['linux/arm64'],
      pinned: false,
      revision: 1,
      deviceCounts: { total: 0, online: 0 },
      gitUrl: `${api.config.PUBLIC_URL}/git/${user.organization}/weather.git`,
    })
    expect(await get(fleet.id)).toEqual(fleet)
  })

  it('refuses a second fleet of the same name in one organization', async () => {
    await created('twice')
    const second = await create('twice')
    expect(second.status).toBe(409)
    expect(await code(second)).toBe('fleet-name-taken')
    const other = await api.signUp('developer')
    expect((await create('twice', {}, other)).status).toBe(201)
  })

  it('refuses a deploy branch that git would not take', async () => {
    const fleet = await created('branches')
    const change = (deployBranch: string) => api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { deployBranch })
    for (const name of [
      ' ',
      'a b',
      'a\nb',
      '../etc',
      'a..b',
      '/a',
      'a/',
      '-x',
      'a.lock',
      'refs/heads/main',
      'HEAD',
      'a:b',
    ]) {
      expect([name, await code(await change(name))]).toEqual([name, 'invalid-input'])
    }
    for (const name of ['release/1.0', 'ünïcode', 'a-b_c.d', '#7']) expect((await change(name)).status).toBe(200)
    expect(await get(fleet.id)).toMatchObject({ deployBranch: '#7' })
  })

  it('hides fleets of other organizations and lets observers only look', async () => {
    const fleet = await created('private')
    const stranger = await api.signUp('admin')
    const observer = await api.signUp('observer', user.organization)
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const body = method === 'PATCH' ? {} : undefined
      const response = await api.call(stranger, `${method} /api/v1/fleets/${fleet.id}`, body)
      expect([response.status, await code(response)]).toEqual([404, 'fleet-not-found'])
    }
    expect((await api.call(observer, `GET /api/v1/fleets/${fleet.id}`)).status).toBe(200)
    const refused = await api.call(observer, `PATCH /api/v1/fleets/${fleet.id}`, { name: 'mine' })
    expect([refused.status, await code(refused)]).toEqual([403, 'role-too-low'])
    const foreign = await create('into', { organization: stranger.organization })
    expect([foreign.status, await code(foreign)]).toEqual([404, 'organization-not-found'])
  })

  it('pages through fleets and finds one by name or path', async () => {
    const owner = await api.signUp('developer')
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const name of names) await created(name, owner)
    const seen: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page = (await (await api.call(owner, `GET /api/v1/fleets?limit=2${query}`)).json()) as Page<FleetView>
      seen.push(...page.items.map((fleet) => fleet.name))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(names)
    for (const name of ['c', `${owner.organization}/c`]) {
      const found = await api.call(owner, `GET /api/v1/fleets?name=${name}`)
      expect(((await found.json()) as Page<FleetView>).items.map((fleet) => fleet.name)).toEqual(['c'])
    }
    const foreign = Buffer.from(JSON.stringify(['2020-13-45 99:00:00+00', 'x'])).toString('base64url')
    const broken = await api.call(owner, `GET /api/v1/fleets?cursor=${foreign}`)
    expect([broken.status, await code(broken)]).toEqual([400, 'cursor-invalid'])
  })

  it('honours If-Match and tells when somebody was faster', async () => {
    const fleet = await created('matched')
    const stale = await api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { name: 'm2' }, { 'If-Match': '"old"' })
    expect([stale.status, await code(stale)]).toEqual([412, 'changed-meanwhile'])
    expect((await get(fleet.id)).name).toBe('matched')
  })

  it('pins to a release of its own only, and follows the newest again', async () => {
    const fleet = await created('pinning')
    const other = await created('other')
    const [first, second, draft, foreign] = [
      await insertRelease(api.database, { fleetId: fleet.id }),
      await insertRelease(api.database, { fleetId: fleet.id }),
      await insertRelease(api.database, { fleetId: fleet.id, status: 'draft' }),
      await insertRelease(api.database, { fleetId: other.id }),
    ]
    const pin = (pinnedReleaseId: string | null) =>
      api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { pinnedReleaseId })
    for (const release of [draft, foreign]) {
      const response = await pin(release)
      expect([response.status, await code(response)]).toEqual([422, 'release-not-deployable'])
    }
    expect(await (await pin(first)).json()).toMatchObject({ targetReleaseId: first, pinned: true, revision: 2 })
    expect(await (await pin(null)).json()).toMatchObject({ targetReleaseId: second, pinned: false, revision: 3 })
  })

  it('takes a release that became final unless it is pinned', async () => {
    const fleet = await created('follows')
    const fleets = api.app.get(FleetsService, { strict: false })
    const actor = { kind: 'system', id: 'system', label: 'Flotilla' } as const
    const finalize = async (releaseId: string) =>
      api.app.get(DataSource).transaction((t) => fleets.releaseFinalized(t, { fleetId: fleet.id, releaseId, actor }))
    const first = await insertRelease(api.database, { fleetId: fleet.id })
    expect(await finalize(first)).toContainEqual({ topic: 'target', fleetId: fleet.id })
    expect(await get(fleet.id)).toMatchObject({ targetReleaseId: first, revision: 2 })
    await api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { pinnedReleaseId: first })
    expect(await finalize(await insertRelease(api.database, { fleetId: fleet.id }))).toEqual([])
    expect(await get(fleet.id)).toMatchObject({ targetReleaseId: first, revision: 3 })
  })

  it('goes to the newest release that is left when its own is invalidated', async () => {
    const fleet = await created('invalid')
    const fleets = api.app.get(FleetsService, { strict: false })
    const actor = { kind: 'system', id: 'system', label: 'Flotilla' } as const
    const first = await insertRelease(api.database, { fleetId: fleet.id })
    const second = await insertRelease(api.database, { fleetId: fleet.id })
    const fact = { fleetId: fleet.id, releaseId: second, actor }
    await api.app.get(DataSource).transaction((t) => fleets.releaseFinalized(t, fact))
    await api.database.query('UPDATE releases SET invalidated_at = now() WHERE id = $1', [second])
    await api.app.get(DataSource).transaction((t) => fleets.releaseInvalidated(t, fact))
    expect(await get(fleet.id)).toMatchObject({ targetReleaseId: first, revision: 3 })
  })

  it('builds for what it names, else for what runs the control plane', async () => {
    const fleets = api.app.get(FleetsService, { strict: false })
    const plain = await created('plain')
    expect(await fleets.platformsToBuild(plain.id)).toHaveLength(1)
    const mixed = (await (await create('mixed', { platforms: ['linux/arm/v7', 'linux/arm64'] })).json()) as FleetView
    expect(await fleets.platformsToBuild(mixed.id)).toEqual(['linux/arm64', 'linux/arm/v7'])
    await joinFleet(api, user, mixed.id, { platform: 'linux/arm/v6' })
    await joinFleet(api, user, mixed.id, { platform: 'linux/arm64' })
    expect(await fleets.platformsToBuild(mixed.id)).toEqual(['linux/arm64', 'linux/arm/v7', 'linux/arm/v6'])
    expect(await fleets.byPath(user.organization, 'mixed')).toMatchObject({ id: mixed.id })
    await expect(fleets.byPath(user.organization, 'none')).rejects.toMatchObject({ code: 'fleet-not-found' })
  })

  it('stays while it has devices', async () => {
    const fleet = await created('full')
    const { deviceId } = await joinFleet(api, user, fleet.id)
    const path = `DELETE /api/v1/fleets/${fleet.id}` as const
    const refused = await api.call(user, path)
    expect([refused.status, await code(refused)]).toEqual([409, 'fleet-not-empty'])
    await api.call(user, `DELETE /api/v1/devices/${deviceId}`)
    expect((await api.call(user, path)).status).toBe(204)
  })

  it('is gone after it was deleted, with an entry in the audit log', async () => {
    const fleet = await created('short-lived')
    expect((await api.call(user, `DELETE /api/v1/fleets/${fleet.id}`)).status).toBe(204)
    expect((await api.call(user, `GET /api/v1/fleets/${fleet.id}`)).status).toBe(404)
    const entries = await api.database.query<{ action: string }[]>(
      `SELECT action FROM audit_entries WHERE resource_id = $1 ORDER BY id`,
      [fleet.id],
    )
    expect(entries.map((entry) => entry.action)).toEqual(['fleet.created', 'fleet.deleted'])
  })
})
