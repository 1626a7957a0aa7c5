import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { waitFor } from '@flotilla/dev'
import { threeServiceApp } from './testing/apps.js'
import { newestRelease, runningContainers, waitForLine, waitForRelease } from './testing/observe.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { createWaitingRuntime, type WaitingRuntime } from './testing/waiting-runtime.js'
import { cutPower, type Fleet, restorePower, startWorld, type World, type WorldDevice } from './testing/world.js'

// A sample on real engines of what the simulation tries at every write. Other moments in each run.
const CUTS = 4
const LATEST_CUT_MS = 6_000
const MARKER = 'the measurements of a whole year'

describe('power cuts at random moments of updates', () => {
  let world: World
  let fleet: Fleet
  let app: Repository
  let device: WorldDevice
  let runtime: WaitingRuntime

  beforeAll(async () => {
    world = await startWorld()
    fleet = await world.createFleet('dark')
    runtime = createWaitingRuntime()
    const board = await world.addBoard({ diskMegabytes: 2048, runtime: runtime.path })
    device = await world.join(board, fleet, 'dark-1')
    app = await createRepository()
    await push({})
    await waitForRelease(world, device.name, (await newestRelease(world, fleet.id)).version)
    await inStore(`echo ${MARKER} > /kept/marker && sync`)
  })
  afterAll(async () => {
    app?.remove()
    await world?.stop()
    runtime?.remove()
  })

  /** What a command in the container of `store`, which has the volume, prints. */
  async function inStore(command: string): Promise<string> {
    const { docker } = device.board.engine
    const { store = '' } = await runningContainers(docker, device.id)
    const exec = await docker.getContainer(store).exec({ Cmd: ['sh', '-c', command], AttachStdout: true, Tty: true })
    const stream = await exec.start({ Tty: true })
    let output = ''
    for await (const chunk of stream) output += String(chunk)
    return output.trim()
  }

  async function push(lines: Parameters<typeof threeServiceApp>[0]): Promise<void> {
    await app.commit(threeServiceApp(lines))
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
  }

  /** The update is through, whatever happened: `when` says what did. */
  async function isDone(line: string, when: string): Promise<void> {
    const { version } = await newestRelease(world, fleet.id)
    await waitForRelease(world, device.name, version).catch((cause: unknown) => {
      const log = device.supervisor.supervisor().lastLines().slice(-60).join('\n')
      throw new Error(`${when}:\n${log}`, { cause })
    })
    await waitForLine(device, 8100, line)
    expect(await inStore('cat /kept/marker')).toBe(MARKER)
  }

  async function everything(docker: Docker): Promise<string[]> {
    const [containers, images] = await Promise.all([docker.listContainers({ all: true }), docker.listImages()])
    const services = containers.map(({ Labels, State }) => `${Labels['io.flotilla.service']} ${State}`)
    const namesOf = ({ RepoTags, RepoDigests }: Docker.ImageInfo) => [...(RepoTags ?? []), ...(RepoDigests ?? [])]
    const named = images.filter((image) => namesOf(image).some((name) => !name.startsWith('<none>')))
    return [...services.sort(), `${named.length} images`]
  }

  async function nothingIsLeft(): Promise<void> {
    const { docker } = device.board.engine
    const clean = ['api running', 'store running', 'web running', '3 images']
    await waitFor(async () => (await everything(docker)).join() === clean.join(), {
      what: 'nothing is left over',
      timeoutMs: 180_000,
    }).catch(async (cause: unknown) => {
      throw new Error(`Left: ${(await everything(docker)).join(', ')}`, { cause })
    })
  }

  it('leave every update done, the data kept and nothing behind', async () => {
    for (let cut = 1; cut <= CUTS; cut++) {
      await push({ store: `store ${cut}`, api: `api ${cut}`, web: `web ${cut}` })
      const moment = randomInt(LATEST_CUT_MS)
      await sleep(moment)
      await cutPower(device)
      await restorePower(device)
      await isDone(`web ${cut}`, `Cut ${cut}, ${moment} ms after the push`)
    }
    await nothingIsLeft()
  })

  it('leave no port with an engine that holds it for a container that never ran', async () => {
    runtime.waitAt('web')
    await push({ web: 'web at last' })
    await waitFor(() => runtime.isWaiting(), { what: 'web has its port', timeoutMs: 180_000 })
    await cutPower(device)
    runtime.goOn()
    await restorePower(device)
    await isDone('web at last', 'Cut while web was starting')
    const steps = device.supervisor
      .supervisor()
      .lastLines()
      .filter((line) => line.includes('"restart-engine"'))
    expect(steps).toEqual([expect.stringContaining('step-done')])
    await nothingIsLeft()
  })
})
