import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiProblem, createApiClient, unwrap } from './index.js'

const FLEET_ID = '0b9d2c7e-4b1e-4a55-9a55-f5f1c1a0b001'

describe('the api client', () => {
  let server: Server
  let baseUrl: string
  const received: IncomingMessage[] = []
  let answer: (response: ServerResponse) => void

  beforeAll(async () => {
    server = createServer((request, response) => {
      received.push(request)
      answer(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    received.length = 0
    answer = json(200, { items: [] })
  })

  function json(status: number, body: unknown, type = 'application/json') {
    return (response: ServerResponse) => response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body))
  }

  it('sends the token, and fills in paths and queries', async () => {
    const api = createApiClient({ baseUrl: `${baseUrl}/`, token: 'flt_secret' })
    await unwrap(api.GET('/api/v1/fleets', { params: { query: { name: 'a b', limit: 5 } } }))
    await unwrap(api.GET('/api/v1/fleets/{id}', { params: { path: { id: FLEET_ID } } }))
    expect(received.map((request) => request.url)).toEqual([
      '/api/v1/fleets?name=a%20b&limit=5',
      `/api/v1/fleets/${FLEET_ID}`,
    ])
    expect(received[0]?.headers.authorization).toBe('Bearer flt_secret')
  })

  it('sends no credentials of its own in cookie mode', async () => {
    await unwrap(createApiClient({ baseUrl }).GET('/api/v1/fleets'))
    expect(received[0]?.headers.authorization).toBeUndefined()
  })

  it('gives every POST an idempotency key, unless the caller has one', async () => {
    const api = createApiClient({ baseUrl })
    const body = { organization: 'acme', name: 'weather' }
    await api.POST('/api/v1/fleets', { body })
    await api.POST('/api/v1/fleets', { body })
    await api.POST('/api/v1/fleets', { body, params: { header: { 'Idempotency-Key': 'mine' } } })
    await api.GET('/api/v1/fleets')
    const keys = received.map((request) => request.headers['idempotency-key'])
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(keys[1]).not.toBe(keys[0])
    expect(keys.slice(2)).toEqual(['mine', undefined])
  })

  it('throws the problem that the server answers', async () => {
    const problem = {
      type: 'urn:flotilla:problem:fleet-name-taken',
      title: 'Fleet name taken',
      status: 409,
      code: 'fleet-name-taken',
      detail: 'There is already a fleet called weather.',
    }
    answer = json(409, problem, 'application/problem+json')
    const call = unwrap(createApiClient({ baseUrl }).GET('/api/v1/fleets'))
    await expect(call).rejects.toBeInstanceOf(ApiProblem)
    await expect(call).rejects.toMatchObject({
      status: 409,
      code: 'fleet-name-taken',
      message: 'There is already a fleet called weather.',
      problem,
    })
  })

  it('says so where something else than Flotilla answers', async () => {
    answer = (response) => response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>')
    const call = unwrap(createApiClient({ baseUrl }).GET('/api/v1/fleets'))
    await expect(call).rejects.toMatchObject({ status: 502, code: 'unexpected-answer' })
  })

  it('gives nothing for an answer without a body', async () => {
    answer = (response) => response.writeHead(204).end()
    const api = createApiClient({ baseUrl })
    expect(await unwrap(api.DELETE('/api/v1/fleets/{id}', { params: { path: { id: FLEET_ID } } }))).toBeUndefined()
  })
})
