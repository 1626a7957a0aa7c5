import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { get } from 'node:http'
import { connect } from 'node:net'
import { json, type LocalAnswer, type LocalRequest } from '../../local-api/local-request.js'
import { eventually } from '../../testing/eventually.js'
import { listen, type LocalListener } from './http-listener.js'

describe('HTTP for the local API', () => {
  let listener: LocalListener
  let url: string
  let last: LocalRequest
  let answer: (request: LocalRequest) => LocalAnswer
  beforeEach(async () => {
    answer = ({ method, path, token, body }) => json(200, { method, path, token, body })
    listener = await listen('127.0.0.1', 0, (request) => {
      last = request
      return Promise.resolve(answer(request))
    })
    url = `http://127.0.0.1:${listener.port}`
  })
  afterEach(() => listener.close())

  const post = (body: string, type = 'application/json') =>
    fetch(`${url}/v1/lock`, { method: 'POST', body, headers: { 'content-type': type } })

  it('takes a token from the header or the query, and never shows it in the path', async () => {
    const headers = { authorization: 'Bearer secret' }
    expect(await (await fetch(`${url}/v1/app`, { headers })).json()).toMatchObject({ path: '/v1/app', token: 'secret' })
    expect(await (await fetch(`${url}/v1/app?apikey=secret`)).json()).toMatchObject({
      path: '/v1/app',
      token: 'secret',
    })
    expect(last.path).not.toContain('secret')
  })

  it('reads JSON whatever it is called, and forms', async () => {
    const form = 'application/x-www-form-urlencoded'
    expect(await (await post('{"force":true}')).json()).toMatchObject({ body: { force: true } })
    expect(await (await post('{"force":true}', form)).json()).toMatchObject({ body: { force: true } })
    expect(await (await post('force=true', form)).json()).toMatchObject({ body: { force: 'true' } })
    const bad = await post('{"force":')
    expect(bad.status).toBe(400)
    expect(await bad.json()).toMatchObject({ code: 'not-json' })
  })

  it('takes no more than it can hold', async () => {
    const large = await post(JSON.stringify('x'.repeat(70_000))).then(
      ({ status }) => status,
      // The connection ends before all of it was sent.
      () => 413,
    )
    expect(large).toBe(413)
    expect((await post('{}')).status).toBe(200)
  })

  it('streams until the caller goes away, and notices that', async () => {
    async function* ticks(): AsyncGenerator<string> {
      for (let n = 0; ; n++) {
        yield `data: ${n}\n\n`
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    answer = () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: ticks() })
    const stop = new AbortController()
    const response = await fetch(`${url}/v1/events`, { signal: stop.signal })
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value as Uint8Array)).toContain('data: 0')
    stop.abort()
    await eventually(() => last.signal.aborted)
  })

  it('has connections left for others where one address takes all that it can get', async () => {
    const { port } = listener
    const greedy = Array.from({ length: 70 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
    const statusFor = (localAddress: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        get({ port, host: '127.0.0.1', localAddress, agent: false }, ({ statusCode }) => resolve(statusCode)).on(
          'error',
          reject,
        )
      })
    await eventually(() => greedy.filter((socket) => socket.closed).length === 38)
    await eventually(async () => (await statusFor('127.0.0.2')) === 200)
    // And for that one, too, once it has let go.
    for (const socket of greedy) socket.destroy()
    await eventually(async () => (await statusFor('127.0.0.1')) === 200)
  })

  it('says so when its port is taken, and lets go of it', async () => {
    const { port } = listener
    await expect(listen('127.0.0.1', port, () => Promise.reject(new Error('never')))).rejects.toThrow('EADDRINUSE')
    await listener.close()
    listener = await listen('127.0.0.1', port, () => Promise.resolve(json(200, {})))
    expect((await fetch(url)).status).toBe(200)
  })
})
