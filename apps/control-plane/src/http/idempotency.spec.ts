import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { OrganizationView, ProblemDetails } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'

describe('requests with an Idempotency-Key', () => {
  let api: TestApi
  let user: TestUser
  let count = 0
  beforeAll(async () => {
    api = await createTestApi()
  })
  beforeEach(async () => {
    user = await api.signUp()
  })
  afterAll(() => api.close())

  const name = () => `made-${count++}`
  function create(body: object, key: string, as = user): Promise<Response> {
    return api.call(as, 'POST /api/v1/organizations', body, { 'Idempotency-Key': key })
  }
  async function problem(answer: Response): Promise<[number, string]> {
    return [answer.status, ((await answer.json()) as ProblemDetails).code]
  }
  async function stored(): Promise<{ text: string }[]> {
    return api.database.query('SELECT k::text AS text FROM idempotency_keys k')
  }

  it('make a thing once and answer the same again', async () => {
    const body = { name: name() }
    const [first, second] = [await create(body, 'once'), await create(body, 'once')]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    const made = (await first.json()) as OrganizationView
    expect(await second.json()).toEqual(made)
  })

  it('are refused where the key names another request', async () => {
    await create({ name: name() }, 'reused')
    expect(await problem(await create({ name: name() }, 'reused'))).toEqual([422, 'idempotency-key-reused'])
  })

  it('are independent of other callers with the same key', async () => {
    const other = await api.signUp()
    expect((await create({ name: name() }, 'shared')).status).toBe(201)
    expect((await create({ name: name() }, 'shared', other)).status).toBe(201)
  })

  it('may be repeated where the first failed', async () => {
    expect((await create({ name: user.organization }, 'retry')).status).toBe(409)
    expect((await create({ name: 'NOT A SLUG' }, 'retry')).status).toBe(400)
    expect((await create({ name: name() }, 'retry')).status).toBe(201)
  })

  it('wait for the first, which may still be at work, unless that is long ago', async () => {
    const body = { name: name() }
    await create(body, 'parallel')
    const age = (interval: string) =>
      api.database.query('UPDATE idempotency_keys SET body = NULL, created_at = now() - $1::interval WHERE key = $2', [
        interval,
        'parallel',
      ])
    await age('1 minute')
    const waiting = await create(body, 'parallel')
    expect(waiting.headers.get('retry-after')).toBe('1')
    expect(await problem(waiting)).toEqual([409, 'request-in-progress'])
    await age('6 minutes')
    expect(await problem(await create(body, 'parallel'))).toEqual([409, 'organization-name-taken'])
  })

  it('make one thing when they come at the same time', async () => {
    const body = { name: name() }
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(body, 'at-once')))
    const codes = await Promise.all(answers.map(async (answer) => (answer.ok ? 'made' : (await problem(answer))[1])))
    expect(codes).toContain('made')
    expect(codes.filter((code) => code !== 'made' && code !== 'request-in-progress')).toEqual([])
  })

  it('are forgotten after a day', async () => {
    await create({ name: name() }, 'old')
    await api.database.query("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'old'")
    expect((await create({ name: name() }, 'old')).status).toBe(201)
  })

  it('leave no secret in the database', async () => {
    const member = { email: 'secret@example.com', role: 'observer', password: 'a long enough password' }
    await api.call(user, `POST /api/v1/organizations/${user.organization}/members`, member)
    const session = (await (await api.call(undefined, 'POST /api/v1/auth/login', member)).json()) as { token: string }
    const person = { ...user, token: session.token }
    const make = () => api.call(person, 'POST /api/v1/api-keys', { name: 'ci' }, { 'Idempotency-Key': 'secret' })
    const made = (await (await make()).json()) as { token: string }
    expect(((await (await make()).json()) as { token: string }).token).toBe(made.token)
    const rows = JSON.stringify(await stored())
    for (const secret of [made.token, session.token]) expect(rows).not.toContain(secret.slice(8))
  })

  it('need a key of printable characters', async () => {
    for (const key of ['with space', 'x'.repeat(256)]) {
      expect(await problem(await create({ name: name() }, key))).toEqual([400, 'idempotency-key-invalid'])
    }
  })
})
