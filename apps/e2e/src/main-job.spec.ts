import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { unwrap } from '@flotilla/api-client'
import { type DeviceEngine, waitFor } from '@flotilla/dev'
import { threeServiceApp, pageApp } from './testing/apps.js'
import {
  fetchLine,
  newestRelease,
  runningContainers,
  waitForLine,
  waitForRelease,
  watchEngine,
} from './testing/observe.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { startWorld, type World } from './testing/world.js'

describe('from git push to a running container', () => {
  let world: World
  const repositories: Repository[] = []

  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(async () => {
    repositories.forEach((each) => each.remove())
    await world?.stop()
  })

  async function clone(): Promise<Repository> {
    const repository = await createRepository()
    repositories.push(repository)
    return repository
  }

  /** A settled device that runs the page app; each test has its own board, so that ports are free. */
  async function deployedPage(name: string, line: string) {
    const fleet = await world.createFleet(name)
    const board: DeviceEngine = await world.addBoard()
    const device = await world.join(board, fleet, `${name}-1`)
    const app = await clone()
    await app.commit(pageApp(line))
    const push = await app.git('push', world.remote(fleet), 'main')
    mustSucceed(push)
    await waitForLine(device, 8000, line)
    await waitForRelease(world, device.name, (await newestRelease(world, fleet.id)).version)
    return { fleet, device, app, remote: world.remote(fleet) }
  }

  it('deploys a first release, restarts only what changes, and leaves a device that is right alone', async () => {
    const fleet = await world.createFleet('three')
    const device = await world.join(await world.addBoard(), fleet, 'three-1')
    const app = await clone()
    const commit = await app.commit(threeServiceApp(), 'first')
    const docker = device.board.engine.docker
    // Somebody else's container on the same engine.
    await docker.loadImage(
      await world.builder.docker
        .getImage('flotilla/busybox')
        .get()
        .catch(() => world.builder.docker.getImage('flotilla/busybox:amd64').get()),
    )
    const foreign = await docker.createContainer({
      Image: 'flotilla/busybox:amd64',
      name: 'foreign',
      Cmd: ['sleep', '600'],
    })
    await foreign.start()

    // Nobody is followed who is not there yet.
    const isOnline = async () => (await world.device(device.name)).connectivity === 'online'
    await waitFor(isOnline, { what: 'the device is online', timeoutMs: 180_000 })
    const first = await app.git('push', '-o', 'follow', world.remote(fleet), 'main')
    expect(first.output).toMatch(/remote: .*store/)
    expect(first.output).toMatch(/remote: .*COPY line\.txt/)
    expect(first.output).toMatch(/remote: .*three-1/)
    mustSucceed(first)
    const release = await newestRelease(world, fleet.id)
    expect(release).toMatchObject({ status: 'final', commit })
    expect(release.images.map((image) => image.service).sort()).toEqual(['api', 'store', 'web'])
    await waitForRelease(world, device.name, release.version)
    await waitForLine(device, 8100, 'web')
    const before = await runningContainers(docker, device.id)
    expect(Object.keys(before).sort()).toEqual(['api', 'store', 'web'])

    const watch = await watchEngine(docker)
    await sleep(12_000)
    watch.stop()
    expect(watch.actions).toEqual([])

    await app.commit(threeServiceApp({ web: 'changed' }), 'second')
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
    await waitForLine(device, 8100, 'changed')
    await waitForRelease(world, device.name, (await newestRelease(world, fleet.id)).version)
    const after = await runningContainers(docker, device.id)
    expect({ api: after.api, store: after.store }).toEqual({ api: before.api, store: before.store })
    expect(after.web).not.toBe(before.web)
    expect((await foreign.inspect()).State.Running).toBe(true)

    const { items } = await unwrap(
      world.api.GET('/api/v1/devices/{id}/logs', { params: { path: { id: device.id }, query: {} } }),
    )
    expect(items.length).toBeGreaterThanOrEqual(0)
    const history = await unwrap(
      world.api.GET('/api/v1/devices/{id}/events', { params: { path: { id: device.id }, query: { limit: 200 } } }),
    )
    const kinds = history.items.map((event) => event.kind)
    expect(kinds).toEqual(expect.arrayContaining(['registered', 'target-accepted', 'release-running']))
  })

  it('says why a build failed, fails the push, and leaves the device on what it ran', async () => {
    const { app, remote, device, fleet } = await deployedPage('broken', 'good')
    await app.commit({ Dockerfile: 'FROM flotilla/busybox:$TARGETARCH\nRUN echo about-to-fail && exit 42\n' })
    const failed = await app.git('push', remote, 'main')
    expect(failed.code).not.toBe(0)
    expect(failed.output).toMatch(/about-to-fail/)
    expect(failed.output).toMatch(/exit code:? 42/)
    expect(await newestRelease(world, fleet.id)).toMatchObject({ status: 'failed' })
    expect(await fetchLine(device, 8000)).toBe('good')
    await app.commit(pageApp('mended'))
    mustSucceed(await app.git('push', remote, 'main'))
    await waitForLine(device, 8000, 'mended')
  })

  it('hands variables of all four levels to the containers, the nearer one winning', async () => {
    const { fleet, device } = await deployedPage('variables', 'page')
    const set = (body: object) => unwrap(world.api.PUT('/api/v1/variables', { body: body as never }))
    await set({ fleetId: fleet.id, name: 'A', value: 'fleet' })
    await set({ fleetId: fleet.id, name: 'B', value: 'fleet' })
    await set({ fleetId: fleet.id, service: 'web', name: 'B', value: 'fleet-service' })
    await set({ fleetId: fleet.id, service: 'web', name: 'C', value: 'fleet-service' })
    await set({ deviceId: device.id, name: 'C', value: 'device' })
    await set({ deviceId: device.id, name: 'D', value: 'device' })
    await set({ deviceId: device.id, service: 'web', name: 'D', value: 'device-service', secret: true })
    await set({ fleetId: fleet.id, service: 'other', name: 'A', value: 'of another service' })
    const docker = device.board.engine.docker
    const wanted = ['A=fleet', 'B=fleet-service', 'C=device', 'D=device-service']
    await waitFor(
      async () => {
        const { web } = await runningContainers(docker, device.id)
        if (web === undefined) return false
        const { Config, State } = await docker.getContainer(web).inspect()
        return State.Running && wanted.every((each) => Config.Env.includes(each))
      },
      { what: 'the container has its variables', timeoutMs: 180_000 },
    )
  })

  it('keeps the app running while the cable is out, and updates when it is back', async () => {
    const { app, remote, device, fleet } = await deployedPage('cable', 'before')
    await device.board.link.cut()
    await app.commit(pageApp('after'))
    mustSucceed(await app.git('push', remote, 'main'))
    const containers = await runningContainers(device.board.engine.docker, device.id)
    await sleep(5_000)
    expect(await runningContainers(device.board.engine.docker, device.id)).toEqual(containers)
    await device.board.link.restore()
    await waitForLine(device, 8000, 'after')
    await waitForRelease(world, device.name, (await newestRelease(world, fleet.id)).version)
  })

  it('finishes a build whose builder and api were killed in the middle', async () => {
    const { app, remote, device } = await deployedPage('killed', 'before')
    const files = pageApp('survived')
    await app.commit({
      ...files,
      Dockerfile: files.Dockerfile?.replace('COPY', 'RUN echo slow-step && sleep 12\nCOPY') ?? '',
    })
    const push = app.git('push', remote, 'main')
    await waitFor(
      async () => {
        const { items } = await unwrap(world.api.GET('/api/v1/builds', { params: { query: { state: 'running' } } }))
        const id = items[0]?.id
        if (id === undefined) return false
        const output = await unwrap(
          world.api.GET('/api/v1/builds/{id}/output', { params: { path: { id }, query: {} } }),
        )
        return output.items.some((line) => line.text.includes('slow-step'))
      },
      { what: 'the build is at its slow step', timeoutMs: 180_000 },
    )
    process.kill(world.stack.process('builder')?.pid ?? 0, 'SIGKILL')
    process.kill(world.stack.process('api')?.pid ?? 0, 'SIGKILL')
    await world.stack.startProgram('api')
    await world.stack.startProgram('builder')
    expect((await push).code).not.toBe(0)
    await waitForLine(device, 8000, 'survived')
  })
})
