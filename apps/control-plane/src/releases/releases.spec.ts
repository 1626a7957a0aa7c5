import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { FleetView, Page, ReleaseView } from '@flotilla/contracts'
import { etagOf } from '../http/etag.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { insertRelease } from '../testing/test-releases.js'
import { ReleasesService } from './index.js'

describe('releases', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView

  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    fleet = await createFleet(user)
  })
  afterAll(() => api.close())

  async function createFleet(owner: TestUser): Promise<FleetView> {
    const name = `fleet-${randomUUID().slice(0, 8)}`
    const response = await api.call(owner, 'POST /api/v1/fleets', { organization: owner.organization, name })
    return (await response.json()) as FleetView
  }

  async function list(query: string, reader = user): Promise<Page<ReleaseView>> {
    return (await (await api.call(reader, `GET /api/v1/releases?${query}`)).json()) as Page<ReleaseView>
  }

  async function patch(id: string, body: object, headers?: Record<string, string>, editor = user) {
    const response = await api.call(editor, `PATCH /api/v1/releases/${id}`, body, headers)
    return { status: response.status, body: (await response.json()) as Partial<ReleaseView> & { code?: string } }
  }

  async function targetOf(fleetId: string): Promise<string | undefined> {
    const response = await api.call(user, `GET /api/v1/fleets/${fleetId}`)
    return ((await response.json()) as FleetView).targetReleaseId
  }

  it('are listed newest first, page by page', async () => {
    const { id } = await createFleet(user)
    const ids: string[] = []
    for (let count = 0; count < 3; count++) ids.unshift(await insertRelease(api.database, { fleetId: id }))
    const first = await list(`fleet=${id}&limit=2`)
    const second = await list(`fleet=${id}&limit=2&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items].map((release) => release.id)).toEqual(ids)
    expect(second.nextCursor).toBeUndefined()
  })

  it('are found by status, version and the first digits of the commit', async () => {
    const { id } = await createFleet(user)
    const draft = await insertRelease(api.database, { fleetId: id, status: 'draft' })
    await insertRelease(api.database, { fleetId: id, status: 'failed' })
    const [release] = (await list(`fleet=${id}&status=draft`)).items
    expect(release?.id).toBe(draft)
    expect((await list(`fleet=${id}&version=${release?.version}`)).items).toHaveLength(1)
    expect((await list(`fleet=${id}&commit=${release?.commit.slice(0, 6).toUpperCase()}`)).items).toHaveLength(1)
    expect((await list(`fleet=${id}&commit=ffffffffff`)).items).toEqual([])
  })

  it('are shown to nobody outside of the organization', async () => {
    const id = await insertRelease(api.database, { fleetId: fleet.id })
    const stranger = await api.signUp()
    expect((await list(`fleet=${fleet.id}`, stranger)).items).toEqual([])
    expect((await api.call(stranger, `GET /api/v1/releases/${id}`)).status).toBe(404)
    expect((await patch(id, { invalidated: true }, {}, stranger)).status).toBe(404)
  })

  it('show their compose project and their images with the address of the registry', async () => {
    const id = await insertRelease(api.database, { fleetId: fleet.id })
    const response = await api.call(user, `GET /api/v1/releases/${id}`)
    expect(await response.json()).toMatchObject({
      id,
      status: 'final',
      compose: { services: { main: { restart: { name: 'always' } } } },
      images: [
        { service: 'main', platform: 'linux/amd64', repository: `127.0.0.1:2/fleets/${fleet.id}`, sizeBytes: 1000 },
      ],
      deviceCounts: { targeted: 0, running: 0 },
    })
  })

  it('hand their contents to whoever makes targets, once they are built', async () => {
    const service = api.app.get(ReleasesService)
    const id = await insertRelease(api.database, { fleetId: fleet.id, status: 'draft' })
    expect(await service.contents(id)).toMatchObject({
      id,
      fleetId: fleet.id,
      images: [{ service: 'main', config: {} }],
    })
    const building = await insertRelease(api.database, { fleetId: fleet.id, status: 'building' })
    await expect(service.contents(building)).rejects.toMatchObject({ status: 404 })
  })

  it('become the target of a fleet that follows the newest when a draft is made final', async () => {
    const { id } = await createFleet(user)
    const draft = await insertRelease(api.database, { fleetId: id, status: 'draft' })
    expect(await patch(draft, { status: 'final' })).toMatchObject({ status: 200, body: { status: 'final' } })
    expect(await targetOf(id)).toBe(draft)
    const audit = await api.database.query<object[]>('SELECT * FROM audit_entries WHERE resource_id = $1', [draft])
    expect(audit).toMatchObject([{ action: 'release.updated', actor_label: expect.stringContaining(user.email) }])
  })

  it('are not made final before they are built, nor while they are invalidated', async () => {
    for (const status of ['building', 'failed'] as const) {
      const id = await insertRelease(api.database, { fleetId: fleet.id, status })
      expect(await patch(id, { status: 'final' })).toMatchObject({ status: 409, body: { code: 'release-not-built' } })
    }
    const draft = await insertRelease(api.database, { fleetId: fleet.id, status: 'draft' })
    await patch(draft, { invalidated: true })
    expect(await patch(draft, { status: 'final' })).toMatchObject({
      status: 409,
      body: { code: 'release-invalidated' },
    })
  })

  it('leave the fleet to the release before when they are invalidated', async () => {
    const { id } = await createFleet(user)
    const [good, bad] = [
      await insertRelease(api.database, { fleetId: id, status: 'draft' }),
      await insertRelease(api.database, { fleetId: id, status: 'draft' }),
    ]
    await patch(good, { status: 'final' })
    await patch(bad, { status: 'final' })
    expect(await targetOf(id)).toBe(bad)
    expect((await patch(bad, { invalidated: true })).body.invalidatedAt).toEqual(expect.any(String))
    expect(await targetOf(id)).toBe(good)
    await patch(bad, { invalidated: false })
    expect(await targetOf(id)).toBe(bad)
  })

  it('are not changed by who read an older state', async () => {
    const draft = await insertRelease(api.database, { fleetId: fleet.id, status: 'draft' })
    const etag = etagOf(await (await api.call(user, `GET /api/v1/releases/${draft}`)).json())
    expect(await patch(draft, { invalidated: true }, { 'If-Match': etag })).toMatchObject({ status: 200 })
    expect(await patch(draft, { invalidated: false }, { 'If-Match': etag })).toMatchObject({ status: 412 })
  })

  it('are changed by developers, not by operators', async () => {
    const draft = await insertRelease(api.database, { fleetId: fleet.id, status: 'draft' })
    const operator = await api.signUp('operator', user.organization)
    expect(await patch(draft, { status: 'final' }, {}, operator)).toMatchObject({ status: 403 })
  })

  it.each([
    'GET /api/v1/releases/nonsense',
    'GET /api/v1/releases?status=odd',
    'GET /api/v1/releases?cursor=x',
  ] as const)('refuses %s with a problem', async (request) => {
    expect((await api.call(user, request)).status).toBe(400)
  })
})
