import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { drained } from './drained.js'

const PIECE = Buffer.alloc(1024 * 1024)

describe('a caller who takes nothing of an answer', () => {
  let server: Server
  let caller: Socket
  let response: ServerResponse
  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    caller = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined)
    caller.pause().write('GET / HTTP/1.1\r\nHost: board\r\n\r\n')
    ;[, response] = (await once(server, 'request')) as [unknown, ServerResponse]
  })
  afterEach(() => {
    caller.destroy()
    server.close()
    server.closeAllConnections()
  })

  it('is given up after a while', async () => {
    // What the system has room for is taken all the same.
    while (!response.destroyed) if (!response.write(PIECE)) await drained(response, 30)
    expect(response.closed).toBe(true)
  })

  it('is waited for until then, and leaves nothing behind', async () => {
    const listeners = response.listenerCount('close')
    for (let pieces = 0; pieces < 40; pieces++) {
      response.write(PIECE)
      const waiting = drained(response)
      caller.resume()
      await waiting
    }
    expect([response.destroyed, response.listenerCount('close')]).toEqual([false, listeners])
  })

  it('holds nobody up once it has gone', async () => {
    response.write(PIECE)
    const waiting = drained(response)
    caller.destroy()
    await waiting
    await drained(response)
  })
})
