import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LocalProblem } from '../../local-api/local-request.js'
import { readSteadily } from './request-bytes.js'

describe('a body that is read as it comes', () => {
  let server: Server
  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const begin = async () => {
    const { port } = server.address() as AddressInfo
    const asking = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 1e6 } })
    asking.on('error', () => undefined)
    asking.write('the beginning')
    const [incoming] = (await once(server, 'request')) as [IncomingMessage]
    return { asking, incoming }
  }

  it('is given up where next to nothing comes any more, and the caller can still be told', async () => {
    const { incoming } = await begin()
    const reading = (async () => {
      for await (const chunk of readSteadily(incoming, 30)) expect(chunk.length).toBe(13)
    })()
    await expect(reading).rejects.toBeInstanceOf(LocalProblem)
    await expect(reading).rejects.toMatchObject({ status: 408, code: 'too-slow' })
    expect(incoming.destroyed).toBe(false)
  })

  it('comes whole', async () => {
    const { asking, incoming } = await begin()
    asking.end(Buffer.alloc(1e6 - 13))
    let bytes = 0
    for await (const chunk of readSteadily(incoming)) bytes += chunk.length
    expect(bytes).toBe(1e6)
  })

  it('breaks off with its caller', async () => {
    const { asking, incoming } = await begin()
    const reading = (async () => {
      for await (const chunk of readSteadily(incoming)) if (chunk.length > 0) asking.destroy()
    })()
    await expect(reading).rejects.toThrow('aborted')
  })
})
