import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { MemberView, OrganizationView, Page, ProblemDetails, Role } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'

const PASSWORD = 'a long enough password'

describe('organizations', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await createTestApi()
  })
  afterAll(() => api.close())

  async function list(user: TestUser, query = ''): Promise<Page<OrganizationView>> {
    const answer = await api.call(user, `GET /api/v1/organizations${query}`)
    expect(answer.status).toBe(200)
    return (await answer.json()) as Page<OrganizationView>
  }
  async function problem(answer: Response): Promise<[number, string]> {
    return [answer.status, ((await answer.json()) as ProblemDetails).code]
  }

  it('makes whoever creates one its admin', async () => {
    const user = await api.signUp()
    const answer = await api.call(user, 'POST /api/v1/organizations', { name: 'weather', title: 'Weather Inc.' })
    expect(answer.status).toBe(201)
    const made = (await answer.json()) as OrganizationView
    expect(made).toMatchObject({ name: 'weather', title: 'Weather Inc.' })
    for (const place of [made.id, made.name]) {
      const got = await api.call(user, `GET /api/v1/organizations/${place}`)
      expect(await got.json()).toEqual(made)
    }
    const members = (await (
      await api.call(user, 'GET /api/v1/organizations/weather/members')
    ).json()) as Page<MemberView>
    expect(members.items).toMatchObject([{ userId: user.userId, role: 'admin' }])
  })

  it('refuses a name that is taken or no name for a URL', async () => {
    const user = await api.signUp()
    const create = (name: unknown) => api.call(user, 'POST /api/v1/organizations', { name })
    expect(await problem(await create(user.organization))).toEqual([409, 'organization-name-taken'])
    for (const name of ['Big', 'a/b', '-a', '', 7])
      expect(await problem(await create(name))).toEqual([400, 'invalid-input'])
  })

  it('lists page by page in the order of names, only those one belongs to', async () => {
    const user = await api.signUp()
    for (const name of ['zz-3', 'zz-1', 'zz-2']) await api.call(user, 'POST /api/v1/organizations', { name })
    const first = await list(user, '?limit=2')
    const second = await list(user, `?limit=2&cursor=${first.nextCursor}`)
    expect(second.nextCursor).toBeUndefined()
    expect([...first.items, ...second.items].map((each) => each.name)).toEqual([
      user.organization,
      'zz-1',
      'zz-2',
      'zz-3',
    ])
    expect(await problem(await api.call(user, 'GET /api/v1/organizations?cursor=nonsense'))).toEqual([
      400,
      'cursor-invalid',
    ])
  })

  it('are invisible to users of other organizations, whatever they try', async () => {
    const [user, stranger] = [await api.signUp(), await api.signUp()]
    const place = `/api/v1/organizations/${user.organizationId}` as const
    const member = { email: 'x@example.com', role: 'observer', password: PASSWORD }
    for (const answer of [
      await api.call(stranger, `GET ${place}`),
      await api.call(stranger, `GET /api/v1/organizations/${user.organization}`),
      await api.call(stranger, `GET ${place}/members`),
      await api.call(stranger, `POST ${place}/members`, member),
      await api.call(stranger, `PATCH ${place}/members/${user.userId}`, { role: 'observer' }),
      await api.call(stranger, `DELETE ${place}/members/${user.userId}`),
    ]) {
      expect(await problem(answer)).toEqual([404, 'organization-not-found'])
    }
    expect((await list(stranger)).items.map((each) => each.id)).toEqual([stranger.organizationId])
  })

  describe('members', () => {
    async function organization() {
      const admin = await api.signUp()
      const path = `/api/v1/organizations/${admin.organization}/members` as const
      return { admin, path }
    }
    const email = () => `m-${Math.random().toString(36).slice(2)}@example.com`

    it('are added with a new account that can sign in, or by an account that there is', async () => {
      const { admin, path } = await organization()
      const added = email()
      const answer = await api.call(admin, `POST ${path}`, { email: added, role: 'developer', password: PASSWORD })
      expect(answer.status).toBe(201)
      const login = await api.call(undefined, 'POST /api/v1/auth/login', { email: added, password: PASSWORD })
      expect(login.status).toBe(201)
      const other = await organization()
      const known = await api.call(other.admin, `POST ${other.path}`, { email: added.toUpperCase(), role: 'observer' })
      expect(known.status).toBe(201)
      expect(((await known.json()) as MemberView).userId).toBe(((await answer.json()) as MemberView).userId)
    })

    it('are refused twice, without an account and a password, and where a password would be replaced', async () => {
      const { admin, path } = await organization()
      const add = (body: object) => api.call(admin, `POST ${path}`, { role: 'observer', ...body })
      expect(await problem(await add({ email: admin.email }))).toEqual([409, 'already-a-member'])
      expect(await problem(await add({ email: email() }))).toEqual([422, 'user-unknown'])
      expect(await problem(await add({ email: admin.email, password: PASSWORD }))).toEqual([409, 'user-exists'])
      expect(await problem(await add({ email: 'no address' }))).toEqual([400, 'invalid-input'])
    })

    it('change roles and leave; the last admin can do neither', async () => {
      const { admin, path } = await organization()
      const own = `${path}/${admin.userId}` as const
      expect(await problem(await api.call(admin, `PATCH ${own}`, { role: 'developer' }))).toEqual([409, 'last-admin'])
      expect(await problem(await api.call(admin, `DELETE ${own}`))).toEqual([409, 'last-admin'])
      const second = await api.signUp('observer', admin.organization)
      const promoted = await api.call(admin, `PATCH ${path}/${second.userId}`, { role: 'admin' })
      expect(await promoted.json()).toMatchObject({ userId: second.userId, role: 'admin' })
      expect((await api.call(admin, `PATCH ${own}`, { role: 'developer' })).status).toBe(200)
      expect((await api.call(second, `DELETE ${own}`)).status).toBe(204)
      expect((await api.call(admin, `GET ${path}`)).status).toBe(404)
      expect(await problem(await api.call(second, `DELETE ${own}`))).toEqual([404, 'member-not-found'])
    })

    it('keep one admin when two demote each other at the same time', async () => {
      const { admin, path } = await organization()
      const second = await api.signUp('admin', admin.organization)
      const other = api.database.createQueryRunner()
      await other.startTransaction()
      await other.query('SELECT FROM organizations WHERE id = $1 FOR UPDATE', [admin.organizationId])
      await other.query("UPDATE memberships SET role = 'observer' WHERE user_id = $1", [second.userId])
      const demotion = api.call(second, `PATCH ${path}/${admin.userId}`, { role: 'observer' })
      await Promise.race([demotion, somebodyWaits()])
      await other.commitTransaction()
      await other.release()
      expect(await problem(await demotion)).toEqual([409, 'last-admin'])
    })

    /** Until a query in this database waits for a lock. */
    async function somebodyWaits(): Promise<void> {
      for (let waiting = 0; waiting === 0;) {
        const [row] = await api.database.query<{ count: number }[]>(
          `SELECT count(*)::int FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        waiting = row!.count
      }
    }

    it('are not changed where somebody else changed them since they were read', async () => {
      const { admin, path } = await organization()
      const second = await api.signUp('observer', admin.organization)
      const patch = (role: Role, tag: string) =>
        api.call(admin, `PATCH ${path}/${second.userId}`, { role }, { 'If-Match': tag })
      expect(await problem(await patch('operator', '"another-tag"'))).toEqual([412, 'changed-meanwhile'])
      expect((await patch('operator', '*')).status).toBe(200)
    })

    it('are the business of admins alone, though every member may see them', async () => {
      const { admin, path } = await organization()
      for (const role of ['developer', 'operator', 'observer'] as const) {
        const member = await api.signUp(role, admin.organization)
        expect((await api.call(member, `GET ${path}`)).status).toBe(200)
        for (const answer of [
          await api.call(member, `POST ${path}`, { email: email(), role: 'observer', password: PASSWORD }),
          await api.call(member, `PATCH ${path}/${member.userId}`, { role: 'admin' }),
          await api.call(member, `DELETE ${path}/${admin.userId}`),
        ]) {
          expect(await problem(answer)).toEqual([403, 'role-too-low'])
        }
      }
    })

    it('are listed page by page, oldest first', async () => {
      const { admin, path } = await organization()
      const others = [
        await api.signUp('observer', admin.organization),
        await api.signUp('observer', admin.organization),
      ]
      const seen: string[] = []
      for (let next: string | undefined = ''; next !== undefined;) {
        const answer = await api.call(admin, `GET ${path}?limit=1${next && `&cursor=${next}`}`)
        const page = (await answer.json()) as Page<MemberView>
        seen.push(...page.items.map((member) => member.userId))
        next = page.nextCursor
      }
      expect(seen).toEqual([admin.userId, ...others.map((other) => other.userId)])
    })
  })
})
