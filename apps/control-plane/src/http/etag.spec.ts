import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { MemberView, Page } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { etagOf } from './etag.js'

describe('entity tags', () => {
  let api: TestApi
  let user: TestUser
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp()
  })
  afterAll(() => api.close())

  const get = (headers?: Record<string, string>) =>
    api.call(user, `GET /api/v1/organizations/${user.organization}`, undefined, headers)

  it('spare the body of a resource that the caller has already', async () => {
    const first = await get()
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^"[\w-]{22}"$/)
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`]) {
      const second = await get({ 'If-None-Match': known })
      expect(second.status).toBe(304)
      expect(await second.text()).toBe('')
    }
    expect((await get({ 'If-None-Match': '"other"' })).status).toBe(200)
  })

  it('let a change through only where nobody was faster', async () => {
    const path = `/api/v1/organizations/${user.organization}/members` as const
    const member = await api.signUp('observer', user.organization)
    const { items } = (await (await api.call(user, `GET ${path}`)).json()) as Page<MemberView>
    const tag = etagOf(items.find((item) => item.userId === member.userId))
    const change = (role: string) =>
      api.call(user, `PATCH ${path}/${member.userId}`, { role }, { 'If-Match': `W/${tag}` })
    expect((await change('operator')).status).toBe(200)
    expect((await change('developer')).status).toBe(412)
  })

  it('are not on lists', async () => {
    const list = await api.call(user, 'GET /api/v1/organizations')
    expect(list.headers.get('etag')).toBeNull()
    expect(list.headers.get('cache-control')).toBe('private, no-cache')
  })
})
