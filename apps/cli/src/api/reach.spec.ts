import { garbageCollector } from '@flotilla/dev'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import type { Io } from '../io.js'
import { reachingFetch } from './reach.js'

describe('a read from a server that does not answer', () => {
  let server: Server
  let url: string
  beforeEach(async () => {
    server = createServer((request, response) => void (request.url === '/half' && response.write('the first half')))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it.each(['/nothing', '/half'])('ends with Ctrl-C, whatever the garbage collector took: %s', async (path) => {
    const interruption = new AbortController()
    const stream = Object.assign(new PassThrough(), { isTTY: false })
    const io: Io = {
      ...{ stdin: stream, stdout: stream, stderr: stream, cwd: '/', now: () => new Date() },
      interruption: interruption.signal,
    }
    const asked = once(server, 'request')
    const reading = reachingFetch(url, io)(new Request(url + path)).then((response) => response.text())
    const ended = expect(reading).rejects.toThrow()
    await asked
    const collecting = setInterval(garbageCollector(), 20)
    const interrupting = setTimeout(() => interruption.abort(), 300)
    await ended
    clearInterval(collecting)
    clearTimeout(interrupting)
  })
})
