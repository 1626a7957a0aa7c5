import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unwrap } from '@flotilla/api-client'
import { startEngine, startStack, waitFor } from '@flotilla/dev'
import { finish } from '../build-and-push.js'
import { ADMIN, type BenchFleet, createFleet, git } from '../fleet.js'
import { Peak } from '../supervisor/process-facts.js'
import { productionNode } from '../supervisor/production-node.js'
import type { BuiltImage } from './built-image.js'
import type { Pair } from './method.js'

/** The highest memory of the whole supervisor while it brings an image to its engine. */
export interface SupervisorPeaks {
  /** The older image, all of it, as fast as this machine is. */
  plainMegabytes: number
  /** The newer one, by its delta. */
  deltaMegabytes: number
}

type Undo = (() => Promise<unknown> | void)[]

/** A whole Flotilla deploys the older image to a board that has nothing, and then the newer one. */
export async function supervisorPeaks(pair: Pair, scratch: string): Promise<SupervisorPeaks> {
  const folder = mkdtempSync(join(scratch, 'supervisor-'))
  const undo: Undo = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const scene = await setTheScene(pair, folder, undo)
    const app = join(folder, 'app')
    await scene.push(app, pair.from)
    await scene.startSupervisor()
    const plainMegabytes = await scene.untilItRuns()
    await scene.push(app, pair.to)
    return { plainMegabytes, deltaMegabytes: await scene.untilItRuns() }
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

async function setTheScene({ from, to }: Pair, folder: string, undo: Undo) {
  const [builder, board] = [await startEngine(), await startEngine()]
  undo.push(
    () => builder.stop(),
    () => board.stop(),
  )
  for (const image of [from, to]) {
    const tar = spawn('tar', ['--create', '--directory', image.folder, '.'])
    await finish(await builder.docker.loadImage(tar.stdout))
  }
  const stack = await startStack({ dataDir: join(folder, 'stack'), dockerHost: builder.dockerHost, admin: ADMIN })
  undo.push(() => stack.stop())
  const fleet = await createFleet(stack)
  const { flags, variables } = productionNode()
  let peak: Peak | undefined
  return {
    push: async (app: string, image: BuiltImage) => {
      peak?.reset()
      await pushImage(app, image, fleet)
    },
    startSupervisor: async () => {
      const { dockerHost } = board
      const { provisioningKey } = fleet
      const node = { environment: variables, nodeFlags: flags }
      const device = await stack.addDevice({ name: 'bench', provisioningKey, dockerHost, ...node })
      peak = new Peak(device.supervisor().pid)
    },
    untilItRuns: async () => {
      await runsTheNewest(fleet)
      return peak?.megabytes ?? NaN
    },
  }
}

/** A release that is this image, and a process that does nothing. */
async function pushImage(app: string, image: BuiltImage, { remote }: BenchFleet): Promise<void> {
  mkdirSync(app, { recursive: true })
  const compose = 'services:\n  main:\n    build: .\n    init: true\n'
  writeFileSync(join(app, 'docker-compose.yml'), compose)
  writeFileSync(join(app, 'Dockerfile'), `FROM ${image.name}\nCMD ["sleep", "infinity"]\n`)
  await git(app, 'init', '--quiet', '--initial-branch', 'main')
  await git(app, 'add', '--all')
  await git(app, 'commit', '--quiet', '--message', image.name)
  await git(app, 'push', '--quiet', remote, 'main')
}

async function runsTheNewest(fleet: BenchFleet): Promise<void> {
  const { id, api } = fleet
  const device = await fleet.joined()
  const { items } = await unwrap(api.GET('/api/v1/releases', { params: { query: { fleet: id } } }))
  const newest = items[0]?.id
  const runsIt = async () => {
    const params = { path: { id: device } }
    const { runningReleaseId } = await unwrap(api.GET('/api/v1/devices/{id}', { params }))
    return newest !== undefined && runningReleaseId === newest
  }
  await waitFor(runsIt, { what: 'the board runs the newest release', timeoutMs: 900_000, everyMs: 500 })
}
