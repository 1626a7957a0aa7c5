import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { waitFor } from '@flotilla/dev'
import { threeServiceApp } from './testing/apps.js'
import { createFakeClock, type FakeClock } from './testing/fake-clock.js'
import { newestRelease, runningContainers, waitForRelease } from './testing/observe.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { cutPower, restorePower, startWorld, type World, type WorldDevice } from './testing/world.js'

describe('a board that boots alone', () => {
  let world: World
  let app: Repository
  let device: WorldDevice
  let clock: FakeClock

  beforeAll(async () => {
    world = await startWorld()
    clock = createFakeClock()
    const fleet = await world.createFleet('alone')
    device = await world.join(await world.addBoard({ diskMegabytes: 2048 }), fleet, 'alone-1', clock.environment)
    app = await createRepository()
    await app.commit(threeServiceApp())
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
    await waitForRelease(world, device.name, (await newestRelease(world, fleet.id)).version)
  })
  afterAll(async () => {
    app?.remove()
    await world?.stop()
    clock?.remove()
  })

  async function startTimes(): Promise<Record<string, number>> {
    const { docker } = device.board.engine
    const ids = await runningContainers(docker, device.id)
    const entries = Object.entries(ids).map(async ([service, id]) => {
      const { State } = await docker.getContainer(id).inspect()
      return [service, Date.parse(State.StartedAt)] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }

  it('runs the last good release in order, without cloud, registry, names or the right time', async () => {
    const before = await runningContainers(device.board.engine.docker, device.id)
    await cutPower(device)
    await device.board.link.cut()
    await world.stack.process('api')?.stop()
    clock.set('2001-02-03 04:05:06')
    await restorePower(device)
    await waitFor(async () => Object.keys(await startTimes()).length === 3, { what: 'all three services run again' })
    expect(await runningContainers(device.board.engine.docker, device.id)).toEqual(before)
    const times = await startTimes()
    expect(times.store).toBeLessThan(times.api ?? 0)
    expect(times.api).toBeLessThan(times.web ?? 0)
  })

  it('restarts nothing when the link and the cloud come back', async () => {
    const [before, times] = [await runningContainers(device.board.engine.docker, device.id), await startTimes()]
    await world.stack.startProgram('api')
    await device.board.link.restore()
    const isOnline = async () => (await world.device(device.name)).connectivity === 'online'
    await waitFor(isOnline, { what: 'the device is online', timeoutMs: 180_000 })
    await waitFor(async () => (await world.device(device.name)).activity === 'settled', { what: 'it is settled' })
    expect(await runningContainers(device.board.engine.docker, device.id)).toEqual(before)
    expect(await startTimes()).toEqual(times)
  })
})
