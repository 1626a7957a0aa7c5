import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { waitFor } from '@flotilla/dev'
import { threeServiceApp } from './testing/apps.js'
import { newestRelease, runningContainers, waitForLine, waitForRelease } from './testing/observe.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
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

  beforeAll(async () => {
    world = await startWorld()
    fleet = await world.createFleet('dark')
    device = await world.join(await world.addBoard({ diskMegabytes: 2048 }), fleet, 'dark-1')
    app = await createRepository()
    await app.commit(threeServiceApp())
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
    await waitForRelease(world, device.name, (await newestRelease(world, fleet.id)).version)
    await inStore(`echo ${MARKER} > /kept/marker && sync`)
  }, 240_000)
  afterAll(async () => {
    app?.remove()
    await world?.stop()
  }, 120_000)

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

  async function everything(docker: Docker): Promise<string[]> {
    const [containers, images] = await Promise.all([docker.listContainers({ all: true }), docker.listImages()])
    const services = containers.map(({ Labels, State }) => `${Labels['io.flotilla.service']} ${State}`)
    return [...services.sort(), `${images.filter(({ RepoDigests }) => RepoDigests?.length).length} images`]
  }

  it('leave every update done, the data kept and nothing behind', async () => {
    const { docker } = device.board.engine
    for (let cut = 1; cut <= CUTS; cut++) {
      const lines = { store: `store ${cut}`, api: `api ${cut}`, web: `web ${cut}` }
      await app.commit(threeServiceApp(lines))
      mustSucceed(await app.git('push', world.remote(fleet), 'main'))
      const moment = randomInt(LATEST_CUT_MS)
      await sleep(moment)
      await cutPower(device)
      await restorePower(device)
      const { version } = await newestRelease(world, fleet.id)
      await waitForRelease(world, device.name, version, 120_000).catch((cause: unknown) => {
        const log = device.supervisor.supervisor().lastLines().slice(-60).join('\n')
        throw new Error(`Cut ${cut}, ${moment} ms after the push:\n${log}`, { cause })
      })
      await waitForLine(device, 8100, `web ${cut}`)
      expect(await inStore('cat /kept/marker')).toBe(MARKER)
    }
    const clean = ['api running', 'store running', 'web running', '3 images']
    await waitFor(async () => (await everything(docker)).join() === clean.join(), {
      what: 'nothing is left over',
      timeoutMs: 120_000,
    }).catch(async (cause: unknown) => {
      throw new Error(`Left: ${(await everything(docker)).join(', ')}`, { cause })
    })
  })
})
