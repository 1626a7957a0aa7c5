import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { DEVICE_ROUTES, type DeviceView, type FleetView, type LinkServerMessage } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import type { INestApplication } from '@nestjs/common'
import { WebSocket } from 'ws'
import { AppModule } from '../app.module.js'
import { createApi } from '../http/create-api.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'

describe('the link', () => {
  let api: TestApi
  let other: INestApplication
  let otherUrl: string
  let user: TestUser
  let fleet: FleetView
  let board: TestBoard
  const open: WebSocket[] = []

  beforeAll(async () => {
    api = await createTestApi()
    other = await createApi(AppModule.forRoot(api.config), api.config)
    await other.listen(0, '127.0.0.1')
    otherUrl = `http://127.0.0.1:${((other.getHttpServer() as Server).address() as AddressInfo).port}`
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
    board = await joinFleet(api, user, fleet.id)
  })
  afterEach(() => {
    for (const socket of open.splice(0)) socket.terminate()
  })
  afterAll(async () => {
    await other.close()
    await api.close()
  })

  function connect(token = board.accessToken(), url = api.url, path: string = DEVICE_ROUTES.link) {
    const socket = new WebSocket(url.replace('http', 'ws') + path, { headers: { Authorization: `Bearer ${token}` } })
    open.push(socket)
    socket.on('error', () => undefined)
    const heard: LinkServerMessage[] = []
    socket.on('message', (frame: Buffer) => heard.push(JSON.parse(frame.toString()) as LinkServerMessage))
    return { socket, heard }
  }

  /** A link whose board has said which generation it has. */
  async function linked(generation: number, of = board, url = api.url) {
    const link = connect(of.accessToken(), url)
    await once(link.socket, 'open')
    link.socket.send(JSON.stringify({ type: 'hello', protocol: 1, generation }))
    return link
  }

  async function refusedWith(socket: WebSocket): Promise<number | undefined> {
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }]
    return response.statusCode
  }

  const setVariable = async (place: object) =>
    succeed(await api.call(user, 'PUT /api/v1/variables', { ...place, name: 'A', value: String(Math.random()) }))
  const view = async () => (await succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}`))) as DeviceView

  it('tells a device of a change, and the device then gets the new target', async () => {
    const { heard } = await linked(1)
    await setVariable({ deviceId: board.deviceId })
    await waitFor(() => heard.length > 0, { what: 'the device is told' })
    expect(heard).toEqual([{ type: 'target-changed', generation: 2 }])
    expect((await board.target()).generation).toBe(2)
  })

  it('tells every device of a fleet in every process, and no other', async () => {
    const neighbour = await joinFleet(api, user, fleet.id)
    const stranger = await joinFleet(api, user, (await createFleet(api, user)).id)
    const links = [await linked(1), await linked(1, neighbour, otherUrl), await linked(1, stranger)] as const
    await setVariable({ fleetId: fleet.id })
    await waitFor(() => links[0].heard.length + links[1].heard.length === 2, { what: 'both devices are told' })
    await setVariable({ deviceId: stranger.deviceId })
    await waitFor(() => links[2].heard.length > 0, { what: 'the other device is told of its own change' })
    expect(links.map((link) => link.heard)).toEqual([
      [{ type: 'target-changed', generation: 2 }],
      [{ type: 'target-changed', generation: 2 }],
      [{ type: 'target-changed', generation: 2 }],
    ])
  })

  it('tells a device at once that it missed a change', async () => {
    await setVariable({ fleetId: fleet.id })
    const { heard } = await linked(1)
    await waitFor(() => heard.length > 0, { what: 'the device is told' })
    expect(heard).toEqual([{ type: 'target-changed', generation: 2 }])
  })

  it('follows a device into another fleet', async () => {
    const { heard } = await linked(1)
    const there = await createFleet(api, user)
    await succeed(await api.call(user, `PATCH /api/v1/devices/${board.deviceId}`, { fleetId: there.id }))
    await waitFor(() => heard.length === 1, { what: 'the device is told of its move' })
    await setVariable({ fleetId: there.id })
    await waitFor(() => heard.length === 2, { what: 'the device is told of its new fleet' })
    await setVariable({ fleetId: fleet.id })
    await setVariable({ deviceId: board.deviceId })
    await waitFor(() => heard.length === 3, { what: 'the device is told of itself' })
    const generations = heard.map((message) => 'generation' in message && message.generation)
    expect(generations).toEqual([2, 3, 4])
  })

  it('counts as being seen', async () => {
    expect((await view()).connectivity).toBe('never')
    await linked(1)
    await waitFor(async () => (await view()).connectivity === 'online', { what: 'the device counts as online' })
  })

  it('makes room for a newer link of the same board', async () => {
    const first = await linked(1)
    const closed = once(first.socket, 'close')
    const second = await linked(1)
    expect((await closed)[0]).toBe(4001)
    await setVariable({ deviceId: board.deviceId })
    await waitFor(() => second.heard.length > 0, { what: 'the newer link is told' })
  })

  it('ends with the device, and with its board', async () => {
    const neighbour = await joinFleet(api, user, fleet.id)
    const links = [await linked(1), await linked(1, neighbour)]
    const closed = links.map((link) => once(link.socket, 'close'))
    expect((await api.call(user, `DELETE /api/v1/devices/${board.deviceId}`)).status).toBe(204)
    expect((await closed[0])?.[0]).toBe(4002)
    await api.database.query('UPDATE hardware SET active = false WHERE uuid = $1', [neighbour.uuid])
    await setVariable({ deviceId: neighbour.deviceId })
    expect((await closed[1])?.[0]).toBe(4002)
  })

  it('ignores what it does not understand', async () => {
    const { socket, heard } = await linked(1)
    for (const nonsense of ['', '{', '[]', '{"type":"sing"}', '{"type":"hello"}']) socket.send(nonsense)
    await setVariable({ deviceId: board.deviceId })
    await waitFor(() => heard.length > 0, { what: 'the device is told all the same' })
  })

  it('is refused without a valid token, and elsewhere', async () => {
    expect(await refusedWith(connect('nonsense').socket)).toBe(401)
    expect(await refusedWith(connect(user.token).socket)).toBe(401)
    expect(await refusedWith(connect(board.accessToken(), api.url, '/elsewhere').socket)).toBe(404)
  })

  it('is closed when the server stops', async () => {
    const process = await createApi(AppModule.forRoot(api.config), api.config)
    await process.listen(0, '127.0.0.1')
    const { port } = (process.getHttpServer() as Server).address() as AddressInfo
    const { socket } = await linked(1, board, `http://127.0.0.1:${port}`)
    const closed = once(socket, 'close')
    await process.close()
    expect((await closed)[0]).toBe(1001)
  })
})
