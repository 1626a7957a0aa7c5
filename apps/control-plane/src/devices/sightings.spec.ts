import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { DeviceView } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { DataSource } from 'typeorm'
import { type BusMessage, LiveBus } from '../live/live-bus.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { SightingsRepository } from './sightings.repository.js'
import { Sightings } from './sightings.service.js'

const HOUR = 3_600_000

describe('sightings', () => {
  let api: TestApi
  let user: TestUser
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    board = await joinFleet(api, user, (await createFleet(api, user)).id)
  })
  afterAll(() => api.close())

  // One for each process of the control plane.
  const makeSightings = () =>
    new Sightings(new SightingsRepository(api.app.get(DataSource)), api.app.get(LiveBus, { strict: false }))
  const view = async () => (await succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}`))) as DeviceView

  it('are written together when it is time, and last until the device is due again', async () => {
    const sightings = makeSightings()
    sightings.saw(board.deviceId, HOUR)
    expect((await view()).connectivity).toBe('never')
    await sightings.store()
    expect((await view()).connectivity).toBe('online')
    sightings.saw(board.deviceId, -1)
    await sightings.store()
    expect((await view()).connectivity).toBe('offline')
  })

  it('of a lost link end it, unless the device was seen elsewhere since', async () => {
    const [one, other] = [makeSightings(), makeSightings()]
    const heardAt = new Date()
    one.saw(board.deviceId, HOUR)
    await one.store()
    one.lost(board.deviceId, new Date(), 0)
    await one.store()
    expect((await view()).connectivity).toBe('offline')
    other.saw(board.deviceId, HOUR)
    await other.store()
    one.lost(board.deviceId, heardAt, 0)
    await one.store()
    expect((await view()).connectivity).toBe('online')
  })

  it('tell others only when a device comes or goes', async () => {
    const sightings = makeSightings()
    const heard: BusMessage[] = []
    const bus = api.app.get(LiveBus, { strict: false })
    const stop = bus.subscribe((message) => heard.push(message))
    for (const until of [HOUR, HOUR, 2 * HOUR, 0, 0]) {
      sightings.saw(board.deviceId, until)
      await sightings.store()
    }
    const last = randomUUID()
    await bus.publish([{ topic: 'target', deviceId: last }])
    await waitFor(() => heard.some((message) => message.topic === 'target' && message.deviceId === last), {
      what: 'all messages have come',
    })
    stop()
    const turns = heard.filter((message) => message.topic === 'change' && message.id === board.deviceId)
    expect(turns).toHaveLength(2)
  })

  it('do not mind a device that was deleted meanwhile', async () => {
    const sightings = makeSightings()
    sightings.saw(board.deviceId, HOUR)
    sightings.saw('00000000-0000-4000-8000-000000000000', HOUR)
    await sightings.store()
    expect((await view()).connectivity).toBe('online')
  })
})
