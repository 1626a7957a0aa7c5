import { afterAll, beforeAll, expect, it, describe } from '@jest/globals'
import { bigApp } from './testing/apps.js'
import { newestRelease, waitForRelease } from './testing/observe.js'
import { countFromRegistry, fromRegistry } from './testing/registry-traffic.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { startWorld, type Fleet, type World, type WorldDevice } from './testing/world.js'

const MEGABYTES = 18

describe('devices of a fleet on one network', () => {
  let world: World
  let fleet: Fleet
  let app: Repository
  let devices: WorldDevice[]

  beforeAll(async () => {
    world = await startWorld()
    fleet = await world.createFleet('street')
    app = await createRepository()
    devices = []
    for (const name of ['street-1', 'street-2', 'street-3']) {
      devices.push(await world.join(await world.addBoard(), fleet, name))
    }
    for (const { board } of devices) await countFromRegistry(world, board)
  })
  afterAll(async () => {
    app?.remove()
    await world?.stop()
  })

  it('fetch an image from far away about once, and from each other else', async () => {
    await app.commit(bigApp(MEGABYTES))
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
    const { version } = await newestRelease(world, fleet.id)
    await Promise.all(devices.map(({ name }) => waitForRelease(world, name, version)))
    const received = await Promise.all(devices.map(({ board }) => fromRegistry(board)))
    const total = received.reduce((sum, bytes) => sum + bytes, 0)
    expect(total).toBeGreaterThan(MEGABYTES * 1024 * 1024)
    expect(total).toBeLessThan(1.2 * (MEGABYTES + 2) * 1024 * 1024)
  })
})
