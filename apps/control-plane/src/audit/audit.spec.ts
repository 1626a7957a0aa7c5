import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { AuditEntryView, Page, ProblemDetails } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'

describe('the audit log', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await createTestApi()
  })
  afterAll(() => api.close())

  async function read(user: TestUser, query = ''): Promise<Page<AuditEntryView>> {
    const answer = await api.call(user, `GET /api/v1/audit${query}`)
    expect(answer.status).toBe(200)
    return (await answer.json()) as Page<AuditEntryView>
  }

  async function adminWithHistory() {
    const admin = await api.signUp()
    const member = await api.signUp('observer', admin.organization)
    const path = `/api/v1/organizations/${admin.organization}/members/${member.userId}` as const
    await api.call(admin, `PATCH ${path}`, { role: 'operator' })
    await api.call(admin, `DELETE ${path}`)
    return { admin, member }
  }

  it('tells who changed what, from where, before and after, newest first', async () => {
    const { admin, member } = await adminWithHistory()
    for (const organization of [admin.organization, admin.organizationId]) {
      const { items } = await read(admin, `?organization=${organization}`)
      expect(items.map((entry) => entry.action)).toEqual(['member.removed', 'member.role-changed'])
      expect(items[1]).toMatchObject({
        actor: { kind: 'api-key', label: `${admin.email} (test)` },
        ip: '127.0.0.1',
        resource: { kind: 'member', id: member.userId },
        before: { email: member.email, role: 'observer' },
        after: { email: member.email, role: 'operator' },
      })
    }
  })

  it('goes on page by page', async () => {
    const { admin } = await adminWithHistory()
    const first = await read(admin, `?organization=${admin.organization}&limit=1`)
    const second = await read(admin, `?organization=${admin.organization}&limit=1&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items].map((entry) => entry.action)).toEqual([
      'member.removed',
      'member.role-changed',
    ])
    expect(second.nextCursor).toBeUndefined()
  })

  it('is open to admins, and of no other organization', async () => {
    const { admin } = await adminWithHistory()
    const refused = async (user: TestUser) => {
      const answer = await api.call(user, `GET /api/v1/audit?organization=${admin.organization}`)
      return [answer.status, ((await answer.json()) as ProblemDetails).code]
    }
    expect(await refused(await api.signUp('developer', admin.organization))).toEqual([403, 'role-too-low'])
    const stranger = await api.signUp()
    expect(await refused(stranger)).toEqual([404, 'organization-not-found'])
    expect((await read(stranger)).items).toEqual([])
  })

  it('shows everybody their own sign-ins', async () => {
    const admin = await api.signUp()
    const login = { email: 'own@example.com', password: 'a long enough password' }
    await api.call(admin, `POST /api/v1/organizations/${admin.organization}/members`, { ...login, role: 'observer' })
    const session = await api.call(undefined, 'POST /api/v1/auth/login', login)
    const { token } = (await session.json()) as { token: string }
    const { items } = await read({ ...admin, token })
    expect(items.map((entry) => [entry.action, entry.actor.label])).toEqual([['session.started', login.email]])
  })

  it('cannot be rewritten', async () => {
    await adminWithHistory()
    await expect(api.database.query("UPDATE audit_entries SET action = 'nothing'")).rejects.toThrow('append-only')
    await expect(api.database.query('DELETE FROM audit_entries')).rejects.toThrow('append-only')
  })
})
