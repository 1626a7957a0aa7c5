import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ApiClient, type components, createApiClient, unwrap } from '@flotilla/api-client'
import {
  type BasePlatform,
  type DeviceEngine,
  type DeviceNetwork,
  makeBaseImages,
  ownPlatform,
  type RunningEngine,
  type Stack,
  type StackDevice,
  startDeviceEngine,
  startDeviceNetwork,
  startEngine,
  startRedis,
  startStack,
  waitFor,
} from '@flotilla/dev'

export type Fleet = components['schemas']['Fleet']
export type Device = components['schemas']['Device']

// A device is settled only when its release is confirmed, and tests need not wait for a minute each time.
const CONFIRM_SECONDS = 2
// Its first writes are synced, to a disk that may have gigabytes of other tests to write before.
const JOINED_MS = 180_000
const LINES_OF_FAILURE = 20

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' }

/** A whole Flotilla on real parts, with as many boards as a test asks for. */
export interface World {
  stack: Stack
  api: ApiClient
  // API token of the first admin, and the password.
  token: string
  password: string
  network: DeviceNetwork
  builder: RunningEngine
  createFleet(name: string, settings?: { platforms?: BasePlatform[] }): Promise<Fleet>
  /** Where to push: with the token as password. */
  remote(fleet: Fleet, token?: string): string
  /** A board with an engine of its own, without supervisor. */
  addBoard(settings?: { diskMegabytes?: number; hasSlots?: boolean; runtime?: string }): Promise<DeviceEngine>
  /** Lets a board join a fleet by running its supervisor. */
  join(board: DeviceEngine, fleet: Fleet, name: string, environment?: Record<string, string>): Promise<WorldDevice>
  device(name: string): Promise<Device>
  stop(): Promise<void>
}

export interface WorldDevice {
  id: string
  name: string
  board: DeviceEngine
  supervisor: StackDevice
}

/** The plug is pulled: supervisor, engine and containers end at once, and what was not synced is lost. */
export async function cutPower({ board, supervisor }: WorldDevice): Promise<void> {
  await board.cutPower(() => supervisor.supervisor().kill('SIGKILL'))
  await supervisor.supervisor().exited
}

/** As a board boots: first the engine, which starts containers by their restart policy, then the supervisor. */
export async function restorePower({ board, supervisor }: WorldDevice): Promise<void> {
  await board.engine.start()
  await supervisor.start()
}

export interface WorldOptions {
  // Platforms that base images are made for; absent: that of this machine.
  basePlatforms?: BasePlatform[]
  // Queues and live updates on Redis instead of Postgres.
  redis?: boolean
}

export async function startWorld({ basePlatforms = [ownPlatform()], redis }: WorldOptions = {}): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'flotilla-e2e-'))
  const undo: (() => Promise<void> | void)[] = [() => rmSync(dataDir, { recursive: true, force: true })]
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const network = await startDeviceNetwork()
    undo.push(() => network.stop())
    const builder = await startEngine({ insecureRegistries: [network.subnet] })
    undo.push(() => builder.stop())
    await makeBaseImages(builder.docker, basePlatforms)
    const boards: DeviceEngine[] = []
    // After the stack, with which the supervisors end.
    undo.push(() => removeBoards(boards))
    const redisServer = redis ? await startRedis() : undefined
    undo.push(() => redisServer?.stop())
    const servers = { dockerHost: builder.dockerHost, address: network.address, redisUrl: redisServer?.url }
    const stack = await startStack({ dataDir, ...servers, admin: ADMIN })
    undo.push(() => stack.stop())
    const token = await signIn(stack.url)
    return { ...createWorld({ stack, token, network, boards }), builder, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Parts {
  stack: Stack
  token: string
  network: DeviceNetwork
  boards: DeviceEngine[]
}

function createWorld({ stack, token, network, boards }: Parts): Omit<World, 'builder' | 'stop'> {
  const api = createApiClient({ baseUrl: stack.url, token })
  return {
    stack,
    api,
    token,
    password: ADMIN.password,
    network,
    createFleet: async (name, settings = {}) => {
      const fleet = await unwrap(api.POST('/api/v1/fleets', { body: { organization: 'default', name, ...settings } }))
      const params = { path: { id: fleet.id } }
      const body = { updatePolicy: { confirmSeconds: CONFIRM_SECONDS } }
      return unwrap(api.PATCH('/api/v1/fleets/{id}', { params, body }))
    },
    remote: (fleet, password = token) => {
      const url = new URL(`${stack.url}/git/${fleet.organization}/${fleet.name}.git`)
      url.username = 'git'
      url.password = password
      return url.href
    },
    addBoard: async (settings = {}) => {
      const board = await startDeviceEngine({ network, ...settings })
      boards.push(board)
      return board
    },
    join: async (board, fleet, name, change) => {
      const body = { name: `for ${name}`, maxUses: 1 }
      const params = { path: { id: fleet.id } }
      const { key } = await unwrap(api.POST('/api/v1/fleets/{id}/provisioning-keys', { params, body }))
      const { dockerHost, restartCommand } = board.engine
      const environment = { FLOTILLA_ENGINE_RESTART: restartCommand, ...change }
      const { networkNamespace, views, disk } = board
      const stateDir = disk && join(disk.folder, 'flotilla')
      const settings = { name, provisioningKey: key, dockerHost, networkNamespace, views, stateDir, environment }
      const supervisor = await stack.addDevice(settings)
      const { id } = await waitFor(() => findDevice(api, name), {
        what: `${name} has registered`,
        timeoutMs: JOINED_MS,
      }).catch((cause: Error) => {
        const lines = supervisor.supervisor().lastLines().slice(-LINES_OF_FAILURE)
        throw new Error([`${cause.message} Its supervisor said last:`, ...lines].join('\n'), { cause })
      })
      return { id, name, board, supervisor }
    },
    device: async (name) => {
      const device = await findDevice(api, name)
      if (!device) throw new Error(`There is no device ${name}`)
      return device
    },
  }
}

async function findDevice(api: ApiClient, name: string): Promise<Device | undefined> {
  const { items } = await unwrap(api.GET('/api/v1/devices', { params: { query: { name } } }))
  return items[0]
}

async function signIn(url: string): Promise<string> {
  const anonymous = createApiClient({ baseUrl: url })
  const session = await unwrap(anonymous.POST('/api/v1/auth/login', { body: ADMIN }))
  const api = createApiClient({ baseUrl: url, token: session.token })
  const key = await unwrap(api.POST('/api/v1/api-keys', { body: { name: 'e2e' } }))
  return key.token
}

// A power cut first: containers of a test need no time to say goodbye.
async function removeBoards(boards: DeviceEngine[]): Promise<void> {
  await Promise.all(boards.map((board) => board.engine.kill().then(() => board.stop())))
}
