import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { FleetView, Page, ProblemDetails } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, createProvisioningKey, succeed } from '../testing/test-board.js'

describe('provisioning keys', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    fleet = await createFleet(api, user)
  })
  afterAll(() => api.close())

  const list = async (query = '') =>
    (await succeed(await api.call(user, `GET /api/v1/fleets/${fleet.id}/provisioning-keys${query}`))) as Page<{
      id: string
      prefix: string
      revokedAt?: string
    }>
  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]

  it('shows the key once and keeps only a hash of it', async () => {
    const { id, key } = await createProvisioningKey(api, user, fleet.id, { maxUses: 5, expiresInSeconds: 60 })
    expect(key).toMatch(/^flp_[A-Za-z0-9_-]{43}$/)
    const { items } = await list()
    const item = items.find((each) => each.id === id)
    expect(item).toMatchObject({ fleetId: fleet.id, maxUses: 5, uses: 0, prefix: key.slice(0, 12) })
    expect(JSON.stringify(items)).not.toContain(key)
    const stored = await api.database.query<unknown[]>('SELECT * FROM provisioning_keys WHERE id = $1', [id])
    expect(JSON.stringify(stored)).not.toContain(key.slice(12))
    const audited = await api.database.query<unknown[]>('SELECT * FROM audit_entries WHERE resource_id = $1', [id])
    expect(audited).toHaveLength(1)
    expect(JSON.stringify(audited)).not.toContain(key.slice(12))
  })

  it('revokes a key, and does not mind a second time', async () => {
    const { id } = await createProvisioningKey(api, user, fleet.id)
    for (let time = 0; time < 2; time++) {
      expect((await api.call(user, `DELETE /api/v1/provisioning-keys/${id}`)).status).toBe(204)
    }
    expect((await list()).items.find((each) => each.id === id)?.revokedAt).toBeDefined()
    const entries = await api.database.query<unknown[]>(
      `SELECT FROM audit_entries WHERE action = 'provisioning-key.revoked'`,
    )
    expect(entries).toHaveLength(1)
  })

  it('pages through keys, oldest first', async () => {
    for (let count = 0; count < 3; count++) await createProvisioningKey(api, user, fleet.id)
    const all = (await list()).items.map((each) => each.id)
    const first = await list('?limit=2')
    const rest = await list(`?cursor=${first.nextCursor}`)
    expect([...first.items, ...rest.items].map((each) => each.id)).toEqual(all)
  })

  it('is for developers of the organization, to look at for its observers', async () => {
    const { id } = await createProvisioningKey(api, user, fleet.id)
    const operator = await api.signUp('operator', user.organization)
    const stranger = await api.signUp('admin')
    const path = `/api/v1/fleets/${fleet.id}/provisioning-keys` as const
    expect((await api.call(operator, `GET ${path}`)).status).toBe(200)
    expect(await refusal(await api.call(operator, `POST ${path}`, {}))).toEqual([403, 'role-too-low'])
    expect(await refusal(await api.call(stranger, `GET ${path}`))).toEqual([404, 'fleet-not-found'])
    expect(await refusal(await api.call(stranger, `POST ${path}`, {}))).toEqual([404, 'fleet-not-found'])
    const revoke = `DELETE /api/v1/provisioning-keys/${id}` as const
    expect(await refusal(await api.call(operator, revoke))).toEqual([403, 'role-too-low'])
    expect(await refusal(await api.call(stranger, revoke))).toEqual([404, 'provisioning-key-not-found'])
  })
})
