import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { CloudError } from '../../errors.js'
import { exchange } from './http.js'

describe('an exchange with the control plane', () => {
  let server: Server
  let connections: Socket[]
  /** What the server does with the n-th request that it gets. */
  let answer: (socket: Socket, request: number) => void
  beforeEach(async () => {
    connections = []
    let requests = 0
    server = createServer((socket) => {
      connections.push(socket)
      socket.on('error', () => undefined)
      socket.on('data', () => answer(socket, ++requests))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterEach(async () => {
    for (const socket of connections) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })

  const get = (timeoutMs?: number, onServerTime?: (serverMs: number) => void) => {
    const { port } = server.address() as AddressInfo
    return exchange(`http://127.0.0.1:${port}`, { method: 'GET', path: '/', timeoutMs, onServerTime })
  }
  const ok = (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi')

  it('shares a connection with the one before', async () => {
    answer = ok
    await get()
    expect(await get()).toMatchObject({ status: 200, text: 'hi' })
    expect(connections).toHaveLength(1)
  })

  it('takes a new connection where the kept one has been closed meanwhile', async () => {
    answer = (socket, request) => (request === 2 ? socket.resetAndDestroy() : ok(socket))
    await get()
    expect(await get()).toMatchObject({ status: 200, text: 'hi' })
    expect(connections).toHaveLength(2)
  })

  it.each([
    ['never comes', () => undefined],
    ['breaks off', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhi')],
    ['stops in the middle', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhi')],
    ['is no HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n')],
  ])('fails, and is no bug, when the answer %s', async (_what, broken) => {
    answer = broken
    await expect(get(200)).rejects.toThrow(CloudError)
  })

  it.each([
    ['the control plane', 'application/problem+json', true],
    ['a proxy', 'text/html', false],
  ])(
    'tells what the server does not want from what never came to it: an answer of %s',
    async (_who, type, unwanted) => {
      answer = (socket) =>
        socket.write(`HTTP/1.1 400 Bad Request\r\ncontent-type: ${type}\r\ncontent-length: 0\r\n\r\n`)
      const error: unknown = await get().catch((it: unknown) => it)
      expect(error).toMatchObject({ isUnwanted: unwanted, facts: { status: 400 } })
    },
  )

  it.each([
    ['of a control plane', 'application/json; charset=utf-8', 1],
    ['of a page to log in at', 'text/html', 0],
  ])('hears the time %s as often as it should', async (_whose, type, times) => {
    const date = 'Thu, 01 Jan 1970 00:10:00 GMT'
    answer = (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ndate: ${date}\r\ncontent-type: ${type}\r\ncontent-length: 2\r\n\r\n{}`)
    const heard: number[] = []
    await get(undefined, (serverMs) => heard.push(serverMs))
    expect(heard).toHaveLength(times)
  })
})
