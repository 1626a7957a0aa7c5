import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { unwrap } from '@flotilla/api-client'
import {
  type DeviceEngine,
  makeBaseImages,
  type Stack,
  startDeviceEngine,
  startDeviceNetwork,
  startEngine,
  startStack,
  waitFor,
} from '@flotilla/dev'
import { ADMIN, type BenchFleet, createFleet, git } from '../fleet.js'
import { productionNode } from './production-node.js'

const SERVICES = ['broker', 'collector', 'display', 'proxy', 'store']

/** A board whose supervisor looks after five services, on a whole Flotilla. */
export interface Scene {
  board: DeviceEngine
  fleet: BenchFleet
  deviceId: string
  flags: string[]
  // What of its environment concerns Node.
  variables: Record<string, string>
  /** Starts the supervisor (again) and gives its pid, and the seconds that it took to its first plan. */
  start(environment?: Record<string, string>): Promise<{ pid: number; secondsToFirstPlan: number }>
  /** Until all services run and nothing is left to do. */
  untilSettled(): Promise<void>
}

type Undo = (() => Promise<unknown> | void)[]

export async function setTheScene(folder: string, undo: Undo): Promise<Scene> {
  const network = await startDeviceNetwork()
  undo.push(() => network.stop())
  const builder = await startEngine({ insecureRegistries: [network.subnet] })
  undo.push(() => builder.stop())
  await makeBaseImages(builder.docker)
  const board = await startDeviceEngine({ network })
  undo.push(() => board.engine.kill().then(() => board.stop()))
  const lines = new Lines()
  const stack = await startStack({
    dataDir: join(folder, 'stack'),
    dockerHost: builder.dockerHost,
    address: network.address,
    admin: ADMIN,
    onLine: (source, line) => lines.take(source, line),
  })
  undo.push(() => stack.stop())
  const fleet = await createFleet(stack)
  await pushApp(join(folder, 'app'), fleet.remote)
  const node = productionNode()
  const supervisors = new Supervisors({ stack, fleet, board, lines, ...node }, undo)
  await supervisors.start()
  const deviceId = await fleet.joined()
  const untilSettled = () => settled(fleet, deviceId)
  await untilSettled()
  return { board, fleet, deviceId, ...node, start: (environment) => supervisors.start(environment), untilSettled }
}

async function pushApp(folder: string, remote: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const health = "    healthcheck:\n      test: ['CMD', 'true']\n      interval: 30s\n"
  const entries = SERVICES.map((name, at) => `  ${name}:\n    build: .\n    init: true\n${at === 0 ? health : ''}`)
  writeFileSync(join(folder, 'docker-compose.yml'), `services:\n${entries.join('')}`)
  const dockerfile = 'FROM flotilla/busybox:$TARGETARCH\nCMD ["sleep", "2147483647"]\n'
  writeFileSync(join(folder, 'Dockerfile'), dockerfile)
  await git(folder, 'init', '--quiet', '--initial-branch', 'main')
  await git(folder, 'remote', 'add', 'flotilla', remote)
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '--message', 'five services')
  await git(folder, 'push', '--quiet', 'flotilla', 'main')
}

async function settled({ api }: BenchFleet, deviceId: string): Promise<void> {
  const params = { path: { id: deviceId } }
  const isSettled = async () => {
    const device = await unwrap(api.GET('/api/v1/devices/{id}', { params }))
    const { targetReleaseId, runningReleaseId, activity } = device
    return activity === 'settled' && runningReleaseId !== undefined && runningReleaseId === targetReleaseId
  }
  await waitFor(isSettled, { what: 'all services run', timeoutMs: 300_000, everyMs: 500 })
}

class Supervisors {
  private running?: Awaited<ReturnType<Stack['addDevice']>>
  private starts = 0

  constructor(
    private readonly parts: Pick<Scene, 'board' | 'fleet' | 'flags' | 'variables'> & { stack: Stack; lines: Lines },
    private readonly undo: Undo,
  ) {
    undo.push(() => this.running?.stop())
  }

  async start(environment: Record<string, string> = {}): Promise<{ pid: number; secondsToFirstPlan: number }> {
    const { stack, fleet, board, lines, flags, variables } = this.parts
    await this.running?.stop()
    this.starts++
    const hasPlanned = lines.next('first plan')
    const begin = performance.now()
    this.running = await stack.addDevice({
      name: 'bench',
      provisioningKey: fleet.provisioningKey,
      dockerHost: board.engine.dockerHost,
      networkNamespace: board.networkNamespace,
      environment: { ...variables, ...environment },
      nodeFlags: flags,
    })
    await hasPlanned
    const secondsToFirstPlan = (performance.now() - begin) / 1000
    return { pid: this.running.supervisor().pid, secondsToFirstPlan }
  }
}

/** What the supervisor logs, as it does. */
class Lines {
  private readonly waiting = new Map<string, () => void>()

  take(source: string, line: string): void {
    if (source !== 'bench') return
    for (const [text, resolve] of this.waiting) if (line.includes(`"${text}"`)) resolve()
  }

  next(text: string): Promise<void> {
    return new Promise((resolve) => this.waiting.set(text, resolve))
  }
}
