import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { unwrap } from '@flotilla/api-client'
import { waitFor } from '@flotilla/dev'
import { pageApp } from './testing/apps.js'
import { BoardIdentity } from './testing/board-identity.js'
import { newestRelease, runningContainers, waitForLine, waitForRelease } from './testing/observe.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { cutPower, type Fleet, restorePower, startWorld, type World } from './testing/world.js'

describe('several fleets and devices', () => {
  let world: World
  const repositories: Repository[] = []

  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(async () => {
    repositories.forEach((each) => each.remove())
    await world?.stop()
  })

  async function pushApp(fleet: Fleet, files: Record<string, string>): Promise<Repository> {
    const app = await createRepository()
    repositories.push(app)
    await app.commit(files)
    const push = await app.git('push', world.remote(fleet), 'main')
    mustSucceed(push)
    return app
  }

  it('brings one push to three devices with an engine each', async () => {
    const fleet = await world.createFleet('trio')
    const boards = await Promise.all([world.addBoard(), world.addBoard(), world.addBoard()])
    const devices = await Promise.all(boards.map((board, at) => world.join(board, fleet, `trio-${at}`)))
    const app = await pushApp(fleet, pageApp('one'))
    await Promise.all(devices.map((device) => waitForLine(device, 8000, 'one')))
    await app.commit(pageApp('two'))
    mustSucceed(await app.git('push', '-o', 'follow', world.remote(fleet), 'main'))
    const { version, id } = await newestRelease(world, fleet.id)
    await Promise.all(devices.map((device) => waitForLine(device, 8000, 'two')))
    await Promise.all(devices.map((device) => waitForRelease(world, device.name, version)))
    const release = await unwrap(world.api.GET('/api/v1/releases/{id}', { params: { path: { id } } }))
    expect(release.deviceCounts).toEqual({ targeted: 3, running: 3, confirmed: 3, rejected: 0 })
  })

  it('keeps the images of two fleets apart', async () => {
    const [mine, theirs] = await Promise.all([world.createFleet('mine'), world.createFleet('theirs')])
    await pushApp(mine, pageApp('mine'))
    await pushApp(theirs, pageApp('theirs'))
    const identity = await BoardIdentity.register(world, mine, `snoop-${randomBytes(3).toString('hex')}`)
    const board = await world.addBoard()
    const pull = async (fleet: Fleet) => {
      const [image] = (await newestRelease(world, fleet.id)).images
      const host = new URL(world.stack.registryUrl).host
      const login = { username: identity.uuid, password: await identity.accessToken(), serveraddress: host }
      const stream = await board.engine.docker.pull(
        `${host}/${image?.repository.split('/').slice(-2).join('/')}@${image?.digest}`,
        { authconfig: login },
      )
      return new Promise<string>((resolve, reject) => {
        let text = ''
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
        stream.on('end', () => (text.includes('"error"') ? reject(new Error(text)) : resolve(text)))
        stream.on('error', reject)
      })
    }
    expect(await pull(mine)).toMatch(/Pull complete|Downloaded newer image/)
    await expect(pull(theirs)).rejects.toThrow(/denied|unauthorized|authorization|access/i)
  })

  it('lets a moved device run the app of its new fleet, and forget the old one', async () => {
    const [old, next] = await Promise.all([world.createFleet('old'), world.createFleet('next')])
    await pushApp(old, { ...pageApp('old', 8001) })
    await pushApp(next, { ...pageApp('next', 8002) })
    const device = await world.join(await world.addBoard(), old, 'mover')
    await waitForLine(device, 8001, 'old')
    const before = await runningContainers(device.board.engine.docker, device.id)
    await unwrap(
      world.api.PATCH('/api/v1/devices/{id}', { params: { path: { id: device.id } }, body: { fleetId: next.id } }),
    )
    await waitForLine(device, 8002, 'next')
    await waitForRelease(world, device.name, (await newestRelease(world, next.id)).version)
    const after = await runningContainers(device.board.engine.docker, device.id)
    expect(Object.values(after)).not.toContain(before.web)
    const all = await device.board.engine.docker.listContainers({ all: true })
    expect(all.map((container) => container.Id)).toEqual(Object.values(after))
  })

  it('goes on with the same containers when supervisor and engine were cut off the power', async () => {
    const fleet = await world.createFleet('power')
    await pushApp(fleet, pageApp('lit'))
    const device = await world.join(await world.addBoard({ diskMegabytes: 1024 }), fleet, 'power-1')
    await waitForLine(device, 8000, 'lit')
    const before = await runningContainers(device.board.engine.docker, device.id)
    await cutPower(device)
    await restorePower(device)
    await waitForLine(device, 8000, 'lit')
    await waitFor(async () => (await world.device('power-1')).activity === 'settled', { what: 'it is settled again' })
    expect(await runningContainers(device.board.engine.docker, device.id)).toEqual(before)
  })
})
