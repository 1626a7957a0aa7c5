import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { HttpCloud } from '../edge/cloud/http-cloud.js'
import { connectLink } from '../edge/cloud/link-socket.js'
import { systemClock } from '../edge/host/clock.js'
import { createIdentity, openIdentity } from '../identity.js'
import { registerRequest } from '../loops/register.js'
import type { Clock } from '../ports.js'
import { eventually } from '../testing/eventually.js'
import { FakeCloud } from '../testing/fake-cloud.js'
import { silentLog } from '../testing/memory-store.js'
import { Link } from './link.js'

// Waits are drawn between zero and the cap: always zero here.
const hasty: Clock = { ...systemClock, random: () => 0 }

describe('the link', () => {
  let server: FakeCloud
  let stop: AbortController
  let running: Promise<void>
  let wakes: number
  let commandWakes: number
  beforeEach(async () => {
    server = await FakeCloud.start()
    const identity = openIdentity(createIdentity())
    const cloud = new HttpCloud({ serverUrl: server.url, identity, clock: hasty })
    await cloud.register(registerRequest(identity, { platform: 'linux/amd64' }, { provisioningKey: 'key' }))
    stop = new AbortController()
    wakes = 0
    commandWakes = 0
    const link = new Link(
      cloud,
      { generation: () => 1, onTargetChanged: () => wakes++, onCommandsWaiting: () => commandWakes++ },
      { clock: hasty, log: silentLog() },
    )
    running = link.run(stop.signal)
  })
  afterEach(async () => {
    stop.abort()
    await running
    await server.stop()
  })

  it('wakes when the server says that the target has changed', async () => {
    await eventually(() => server.linkCount === 1)
    server.deploy(server.device, [])
    await eventually(() => wakes > 0)
  })

  it('has commands fetched when it comes up, and whenever the server says that some are waiting', async () => {
    await eventually(() => commandWakes === 1)
    server.say(server.device, { type: 'commands-waiting' })
    await eventually(() => commandWakes === 2)
    server.dropLinks()
    await eventually(() => commandWakes === 3)
  })

  it('comes back when it is lost', async () => {
    await eventually(() => server.linkCount === 1)
    server.dropLinks()
    await eventually(() => server.requests.filter((request) => request === 'LINK 101').length > 1)
    server.deploy(server.device, [])
    await eventually(() => wakes > 0)
  })

  it('comes back with another token when its own is no longer taken', async () => {
    await eventually(() => server.linkCount === 1)
    server.tokens.clear()
    server.dropLinks()
    await eventually(() => server.requests.includes('LINK 401'))
    await eventually(() => server.requests.filter((request) => request === 'LINK 101').length > 1)
  })

  it('ends at once when it is told to', async () => {
    await eventually(() => server.linkCount === 1)
    stop.abort()
    await running
    await eventually(() => server.linkCount === 0)
  })
})

describe('a connection of the link', () => {
  let silent: Server
  afterEach(() => new Promise((resolve) => silent.close(resolve)))

  it('ends itself when the other side has gone silent', async () => {
    // Speaks WebSocket for one handshake and never again, as behind a NAT that has forgotten the connection.
    silent = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (request) => {
        const key = /sec-websocket-key: (.*)\r\n/i.exec(request.toString())?.[1] ?? ''
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
        const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade'
        socket.write(`${upgrade}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
      })
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const serverUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const reason = await new Promise<string>((resolve, reject) => {
      const listener = { onMessage: () => undefined, onClose: resolve }
      const { signal } = new AbortController()
      connectLink({ serverUrl, token: 'token', listener, signal, pingMs: 30 }).catch(reject)
    })
    expect(reason).toMatch(/^1006/)
  })
})
