import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ProblemDetails, Whoami } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { LoginAttemptsRepository } from './login-attempts.repository.js'
import { hashPassword } from './password-hash.js'

const PASSWORD = 'a long enough password'
const OTHER_PASSWORD = 'another good password'

describe('signing in', () => {
  let api: TestApi
  let passwordHash: string
  beforeAll(async () => {
    api = await createTestApi({ PUBLIC_URL: 'http://flotilla.test' })
    passwordHash = await hashPassword(PASSWORD)
  })
  afterAll(() => api.close())

  async function userWithPassword(): Promise<TestUser> {
    const user = await api.signUp()
    await api.database.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.userId, passwordHash])
    return user
  }
  function login(email: string, password: string, headers?: Record<string, string>): Promise<Response> {
    return api.call(undefined, 'POST /api/v1/auth/login', { email, password }, headers)
  }
  /** Counts attempts without the time that hashing takes for each. */
  async function attempt(user: TestUser, times: number): Promise<void> {
    const attempts = api.app.get(LoginAttemptsRepository, { strict: false })
    for (let done = 0; done < times; done++) await attempts.begin(user.email.toUpperCase(), '127.0.0.1')
  }
  async function session(user: TestUser): Promise<{ token: string; cookie: string }> {
    const answer = await login(user.email, PASSWORD)
    expect(answer.status).toBe(201)
    const { token } = (await answer.json()) as { token: string }
    return { token, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' }
  }
  function withToken(token: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(api.url + path, { ...init, headers: { Authorization: `Bearer ${token}`, ...init.headers } })
  }

  it('gives a session whose token says who one is', async () => {
    const user = await userWithPassword()
    const answer = await login(user.email.toUpperCase(), PASSWORD)
    expect(answer.status).toBe(201)
    const body = (await answer.json()) as { token: string; expiresAt: string; user: { email: string } }
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(body.user).toMatchObject({ id: user.userId, email: user.email })
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now())
    const whoami = (await (await withToken(body.token, '/api/v1/auth/whoami')).json()) as Whoami
    expect(whoami.memberships).toEqual([
      { organizationId: user.organizationId, organization: user.organization, role: 'admin' },
    ])
  })

  it('keeps no token or password in the database', async () => {
    const user = await userWithPassword()
    const { token } = await session(user)
    const rows: unknown[] = await api.database.query(
      'SELECT s.*::text, encode(s.token_hash, $2) AS hash FROM sessions s WHERE user_id = $1',
      [user.userId, 'escape'],
    )
    expect(JSON.stringify(rows)).not.toContain(token.slice(4))
  })

  it('answers the same for an unknown user as for a wrong password', async () => {
    const user = await userWithPassword()
    const answers = await Promise.all([login(user.email, 'wrong password'), login('nobody@example.com', PASSWORD)])
    const problems = await Promise.all(answers.map((answer) => answer.json() as Promise<ProblemDetails>))
    for (const problem of problems) delete problem.requestId
    expect(problems[0]).toEqual(problems[1])
    expect(problems[0]).toMatchObject({ status: 401, code: 'credentials-wrong' })
  })

  it('refuses further attempts after ten wrong passwords, with the time to wait, though other users get in', async () => {
    const user = await userWithPassword()
    const other = await userWithPassword()
    await attempt(user, 9)
    expect((await login(user.email, 'wrong')).status).toBe(401)
    const refused = await login(user.email, PASSWORD)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(((await refused.json()) as ProblemDetails).code).toBe('too-many-attempts')
    await session(other)
  })

  it('refuses further attempts on an account that is tried from everywhere', async () => {
    const user = await userWithPassword()
    const attempts = api.app.get(LoginAttemptsRepository, { strict: false })
    for (let from = 0; from < 100; from++) await attempts.begin(user.email, `192.0.2.${from}`)
    expect((await login(user.email, PASSWORD)).status).toBe(429)
  })

  it('forgets wrong passwords after a right one', async () => {
    const user = await userWithPassword()
    for (let round = 0; round < 2; round++) {
      await attempt(user, 6)
      await session(user)
    }
  })

  it('ends a session at logout', async () => {
    const { token } = await session(await userWithPassword())
    const answer = await withToken(token, '/api/v1/auth/logout', { method: 'POST' })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('set-cookie')).toContain('flotilla_session=;')
    expect((await withToken(token, '/api/v1/auth/whoami')).status).toBe(401)
  })

  it('ends the other sessions when the password changes', async () => {
    const user = await userWithPassword()
    const [here, elsewhere] = [await session(user), await session(user)]
    const change = (currentPassword: string) =>
      withToken(here.token, '/api/v1/auth/password', {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ currentPassword, newPassword: OTHER_PASSWORD }),
      })
    expect((await change('not my password')).status).toBe(401)
    expect((await change(PASSWORD)).status).toBe(204)
    expect((await withToken(here.token, '/api/v1/auth/whoami')).status).toBe(200)
    expect((await withToken(elsewhere.token, '/api/v1/auth/whoami')).status).toBe(401)
    expect((await login(user.email, PASSWORD)).status).toBe(401)
    expect((await login(user.email, OTHER_PASSWORD)).status).toBe(201)
  })

  it('does not let an API token end sessions or change the password', async () => {
    const user = await userWithPassword()
    expect((await api.call(user, 'POST /api/v1/auth/logout')).status).toBe(403)
    const change = { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD }
    expect((await api.call(user, 'PUT /api/v1/auth/password', change)).status).toBe(403)
  })

  it('does not take a session that is past its end, and keeps one alive that is used', async () => {
    const { token } = await session(await userWithPassword())
    const id = await sessionId(token)
    await api.database.query("UPDATE sessions SET expires_at = now() + interval '2 days' WHERE id = $1", [id])
    expect((await withToken(token, '/api/v1/auth/whoami')).status).toBe(200)
    const [row] = await api.database.query<{ days: number }[]>(
      'SELECT extract(day FROM expires_at - now())::int AS days FROM sessions WHERE id = $1',
      [id],
    )
    expect(row?.days).toBe(29)
    await api.database.query("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = $1", [id])
    expect((await withToken(token, '/api/v1/auth/whoami')).status).toBe(401)
  })

  async function sessionId(token: string): Promise<string> {
    const [row] = await api.database.query<{ id: string }[]>(
      'SELECT id FROM sessions WHERE token_hash = sha256($1::text::bytea)',
      [token],
    )
    return row!.id
  }

  describe('with the cookie', () => {
    it('is out of reach of scripts and other sites', async () => {
      const user = await userWithPassword()
      const cookie = (await login(user.email, PASSWORD)).headers.get('set-cookie')
      expect(cookie).toMatch(/^flotilla_session=fls_[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
    })

    it('lets the dashboard read and write, and no other site write', async () => {
      const { cookie } = await session(await userWithPassword())
      const logout = (headers: Record<string, string>) =>
        fetch(`${api.url}/api/v1/auth/logout`, { method: 'POST', headers: { Cookie: cookie, ...headers } })
      const foreign: Record<string, string>[] = [
        {},
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site', Origin: 'http://flotilla.test' },
        { Origin: 'http://evil.test' },
        { Origin: 'null' },
      ]
      for (const headers of foreign) {
        const answer = await logout(headers)
        expect(answer.status).toBe(403)
        expect(((await answer.json()) as ProblemDetails).code).toBe('foreign-request')
      }
      const read = await fetch(`${api.url}/api/v1/auth/whoami`, { headers: { Cookie: cookie } })
      expect(read.status).toBe(200)
      expect((await logout({ Origin: 'http://flotilla.test' })).status).toBe(204)
    })

    it('takes Sec-Fetch-Site and the address that was asked as proof, too', async () => {
      const own: Record<string, string>[] = [{ 'Sec-Fetch-Site': 'same-origin' }, { Origin: api.url }]
      for (const headers of own) {
        const { cookie } = await session(await userWithPassword())
        const answer = await fetch(`${api.url}/api/v1/auth/logout`, {
          method: 'POST',
          headers: { Cookie: cookie, ...headers },
        })
        expect(answer.status).toBe(204)
      }
    })
  })

  it('asks for a token where there is none, or none that is known', async () => {
    const nobody: Record<string, string>[] = [
      {},
      { Authorization: 'Bearer flt_unknown' },
      { Authorization: 'Bearer fls_unknown' },
      { Authorization: 'Bearer something' },
      { Authorization: 'Basic YTpi' },
      { Authorization: 'Bearer' },
      { Cookie: 'flotilla_session=flt_unknown' },
    ]
    for (const headers of nobody) {
      const answer = await fetch(`${api.url}/api/v1/auth/whoami`, { headers })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
  })

  it('writes in the audit log who signed in, from where', async () => {
    const user = await userWithPassword()
    await session(user)
    const rows = await api.database.query<unknown[]>(
      'SELECT action, actor_label, ip FROM audit_entries WHERE actor_id = $1',
      [user.userId],
    )
    expect(rows).toEqual([{ action: 'session.started', actor_label: user.email, ip: '127.0.0.1' }])
  })
})
