import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ApiKeyView, CreatedApiKeyView, Page, ProblemDetails, Whoami } from '@flotilla/contracts'
import { AuthService } from '../auth/index.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'

const PASSWORD = 'a long enough password'

describe('API tokens', () => {
  let api: TestApi
  let admin: TestUser
  // Signed in with a password: only so may a user make tokens.
  let person: TestUser
  beforeAll(async () => {
    api = await createTestApi()
    admin = await api.signUp()
    person = await signIn()
  })
  afterAll(() => api.close())

  async function signIn(): Promise<TestUser> {
    const email = `p-${Math.random().toString(36).slice(2)}@example.com`
    const member = { email, role: 'developer', password: PASSWORD }
    await api.call(admin, `POST /api/v1/organizations/${admin.organization}/members`, member)
    const login = await api.call(undefined, 'POST /api/v1/auth/login', { email, password: PASSWORD })
    const { token, user } = (await login.json()) as { token: string; user: { id: string } }
    return { ...admin, email, token, userId: user.id }
  }
  async function create(body: object, user = person): Promise<CreatedApiKeyView> {
    const answer = await api.call(user, 'POST /api/v1/api-keys', body)
    expect(answer.status).toBe(201)
    return (await answer.json()) as CreatedApiKeyView
  }
  async function list(user = person): Promise<ApiKeyView[]> {
    return ((await (await api.call(user, 'GET /api/v1/api-keys')).json()) as Page<ApiKeyView>).items
  }
  const whoami = (token: string) => api.call({ ...person, token }, 'GET /api/v1/auth/whoami')
  async function problem(answer: Response): Promise<[number, string]> {
    return [answer.status, ((await answer.json()) as ProblemDetails).code]
  }

  it('are shown once, kept hashed, and act as their user', async () => {
    const key = await create({ name: 'ci' })
    expect(key.token).toMatch(/^flt_[A-Za-z0-9_-]{43}$/)
    expect(key.token.startsWith(key.prefix)).toBe(true)
    const answer = await whoami(key.token)
    expect(((await answer.json()) as Whoami).user.id).toBe(person.userId)
    const [listed] = await list()
    expect(listed).toMatchObject({ id: key.id, name: 'ci', prefix: key.prefix })
    expect(listed).not.toHaveProperty('token')
    expect(Date.parse(listed!.lastUsedAt!)).not.toBeNaN()
    const dump = await api.database.query<unknown[]>('SELECT k::text, encode(token_hash, $1) FROM api_keys k', [
      'escape',
    ])
    expect(JSON.stringify(dump)).not.toContain(key.token.slice(8))
  })

  it('do at most what their role allows', async () => {
    const { token } = await create({ name: 'reader', role: 'observer' }, await signIn())
    const { memberships } = (await (await whoami(token)).json()) as Whoami
    expect(memberships).toMatchObject([{ organization: admin.organization, role: 'observer' }])
    const answer = await api.call({ ...person, token }, 'POST /api/v1/organizations', { name: 'sneaky' })
    expect(await problem(answer)).toEqual([403, 'role-too-low'])
  })

  it('do not raise the role of their user', async () => {
    const { token } = await create({ name: 'wishful', role: 'admin' })
    const { memberships } = (await (await whoami(token)).json()) as Whoami
    expect(memberships[0]?.role).toBe('developer')
  })

  it('end at their time', async () => {
    const key = await create({ name: 'short', expiresInSeconds: 3600 })
    expect((await whoami(key.token)).status).toBe(200)
    expect(Date.parse(key.expiresAt!)).toBeGreaterThan(Date.parse(key.createdAt))
    await api.database.query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", [key.id])
    expect((await whoami(key.token)).status).toBe(401)
  })

  it('end when they are revoked, by their user only', async () => {
    const key = await create({ name: 'leaked' })
    const stranger = await signIn()
    expect(await problem(await api.call(stranger, `DELETE /api/v1/api-keys/${key.id}`))).toEqual([
      404,
      'api-key-not-found',
    ])
    expect((await list(stranger)).map((each) => each.id)).not.toContain(key.id)
    expect((await api.call(person, `DELETE /api/v1/api-keys/${key.id}`)).status).toBe(204)
    expect((await whoami(key.token)).status).toBe(401)
  })

  it('can revoke themselves, and neither make nor revoke others', async () => {
    const [one, two] = [await create({ name: 'one' }), await create({ name: 'two' })]
    const asOne = { ...person, token: one.token }
    expect(await problem(await api.call(asOne, 'POST /api/v1/api-keys', { name: 'heir' }))).toEqual([
      403,
      'session-needed',
    ])
    expect(await problem(await api.call(asOne, `DELETE /api/v1/api-keys/${two.id}`))).toEqual([403, 'session-needed'])
    expect((await api.call(asOne, `DELETE /api/v1/api-keys/${one.id}`)).status).toBe(204)
    expect((await whoami(one.token)).status).toBe(401)
  })

  it('are written about in the audit log, without their secret', async () => {
    const key = await create({ name: 'audited' })
    await api.call(person, `DELETE /api/v1/api-keys/${key.id}`)
    const rows = await api.database.query<{ action: string }[]>(
      'SELECT action, before, after FROM audit_entries WHERE resource_id = $1 ORDER BY id',
      [key.id],
    )
    expect(rows).toMatchObject([
      { action: 'api-key.created', before: null, after: { name: 'audited' } },
      { action: 'api-key.revoked', before: { name: 'audited' }, after: null },
    ])
    expect(JSON.stringify(rows)).not.toContain(key.token.slice(8))
  })

  it('tell git who pushes, through the service that it asks', async () => {
    const auth = api.app.get(AuthService)
    const key = await create({ name: 'git' })
    const actor = await auth.actorForToken(key.token)
    expect(actor).toMatchObject({ kind: 'api-key', id: key.id, userId: person.userId, label: `${person.email} (git)` })
    expect(actor?.roles.get(admin.organizationId)).toBe('developer')
    for (const token of ['', 'flt_', `${key.token}x`, key.token.slice(0, -1)]) {
      expect(await auth.actorForToken(token)).toBeUndefined()
    }
  })
})
