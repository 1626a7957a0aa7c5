import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { DeviceView } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { WebSocket, WebSocketServer } from 'ws'
import { Sightings } from '../devices/index.js'
import { KnownDevices } from '../hardware/index.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { DeviceLink } from './device-link.js'
import { type LinkLimits, USUAL_LIMITS } from './link-limits.js'
import { Links } from './links.service.js'

const IMPATIENT = { quietMs: 20, silentMs: 200, lookMs: 10 }

describe('links of a process', () => {
  let api: TestApi
  let user: TestUser
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  afterAll(() => api.close())

  /** Links with limits of their own, over real sockets. */
  async function open(limits: Partial<LinkLimits>) {
    const { id: fleetId } = await createFleet(api, user)
    const get = <T>(type: abstract new (...args: never[]) => T) => api.app.get<T>(type, { strict: false })
    const links = new Links(get(KnownDevices), get(Sightings), { ...USUAL_LIMITS, ...limits })
    links.onModuleInit()
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const connect = async (board: TestBoard, options: { autoPong?: boolean } = {}) => {
      const accepted = once(server, 'connection') as Promise<[WebSocket]>
      const client = new WebSocket(`ws://127.0.0.1:${port}`, options)
      const [known] = await Promise.all([get(KnownDevices).get(board.deviceId), once(client, 'open')])
      links.add(new DeviceLink(board.deviceId, known?.hardwareId ?? '', (await accepted)[0]))
      return client
    }
    const close = () => {
      links.onModuleDestroy()
      server.close()
    }
    return { links, connect, close, join: () => joinFleet(api, user, fleetId) }
  }

  const connectivity = async ({ deviceId }: TestBoard) =>
    ((await succeed(await api.call(user, `GET /api/v1/devices/${deviceId}`))) as DeviceView).connectivity

  it('asks a quiet board for a sign of life, and keeps it', async () => {
    const { connect, close, join } = await open(IMPATIENT)
    const client = await connect(await join())
    for (let pings = 0; pings < 20; pings++) await once(client, 'ping')
    expect(client.readyState).toBe(WebSocket.OPEN)
    client.terminate()
    close()
  })

  it('gives up no board because the process itself stood still', async () => {
    const { connect, close, join } = await open(IMPATIENT)
    const client = await connect(await join())
    for (let times = 0; times < 3; times++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * IMPATIENT.silentMs)
      await once(client, 'ping')
    }
    expect(client.readyState).toBe(WebSocket.OPEN)
    client.terminate()
    close()
  })

  it('gives up a board that does not answer, which then counts as offline', async () => {
    const { links, connect, close, join } = await open({ ...IMPATIENT, most: 1 })
    const board = await join()
    const client = await connect(board, { autoPong: false })
    expect(links.isFull).toBe(true)
    expect((await once(client, 'close'))[0]).toBe(1006)
    await waitFor(() => !links.isFull, { what: 'there is room for another link' })
    await waitFor(async () => (await connectivity(board)) === 'offline', { what: 'the device counts as offline' })
    close()
  })

  it('counts a board as online for a while after it closed its link', async () => {
    const { connect, close, join } = await open({ graceMs: 3_600_000 })
    const board = await join()
    const client = await connect(board)
    client.close()
    await once(client, 'close')
    await waitFor(async () => (await connectivity(board)) === 'online', { what: 'the device counts as online' })
    close()
  })
})
