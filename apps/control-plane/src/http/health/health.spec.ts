import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DataSource } from 'typeorm'
import { createTestApi, type TestApi } from '../../testing/test-api.js'

describe('health', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await createTestApi()
  })
  afterAll(() => api.close())

  it('is told to everybody', async () => {
    for (const path of ['health', 'ready']) {
      const answer = await fetch(`${api.url}/api/v1/${path}`)
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
    }
  })

  it('says that it is not ready while the database is away, and recovers', async () => {
    const source = api.app.get(DataSource)
    await source.destroy()
    const answer = await fetch(`${api.url}/api/v1/ready`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
    expect((await fetch(`${api.url}/api/v1/health`)).status).toBe(200)
    await source.initialize()
    expect((await fetch(`${api.url}/api/v1/ready`)).status).toBe(200)
  })
})
