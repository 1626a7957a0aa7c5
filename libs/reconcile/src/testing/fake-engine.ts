import type { CurrentContainer, CurrentNetwork, CurrentState, HostState } from '../current-state.js'
import { strategyOf } from '../labels.js'
import type { Step } from '../plan.js'
import { isLive } from '../restart-policy.js'

/*
 * A container engine as a value: steps go in, the next state comes out. It refuses what Docker refuses, and what no
 * executor should ever be asked to do.
 */

export interface Engine {
  current: CurrentState
  // Milliseconds; also what new containers are numbered after.
  clock: number
  made: number
  // Container id → ids of the containers whose namespaces it was created in.
  joined: Record<string, string[]>
  // Ids of containers whose service is handed over side by side.
  beside?: string[]
  // Volume's name → image of the last container that wrote to it; and the same at the time of each snapshot, by id.
  written?: Record<string, string>
  snapshots?: Record<string, string>
}

// SIGTERM.
const STOPPED = 143

export class EngineRefusal extends Error {}

export function emptyEngine(state: Partial<CurrentState> = {}): Engine {
  const nothing = { containers: [], networks: [], volumes: [], images: [], downloading: [], attempts: {} }
  return { current: { platform: 'linux/arm64', ...nothing, ...state }, clock: 1_000_000, made: 0, joined: {} }
}

export function applyStep(engine: Engine, step: Step): Engine {
  const { current } = engine
  switch (step.kind) {
    case 'pull-image':
      return withCurrent(engine, { downloading: [...current.downloading, step.image] })
    case 'remove-image':
      demand(!current.containers.some(({ image }) => image === step.image), `image ${step.image} is in use`)
      return withCurrent(engine, { images: current.images.filter((image) => image !== step.image) })
    case 'create-volume':
      return withCurrent(engine, { volumes: [...current.volumes, pick(step, ['name', 'appId', 'key'])] })
    case 'create-network':
      return createNetwork(engine, step)
    case 'remove-network':
      return removeNetwork(engine, step.id)
    case 'create-container':
      return createContainer(engine, step)
    case 'start-container':
      return startContainer(engine, find(current, step.id))
    case 'stop-container':
      demand(isLive(find(current, step.id)), `container ${step.id} does not run`)
      return changeContainer(engine, step.id, { status: 'exited', exitCode: STOPPED, finishedAt: engine.clock })
    case 'remove-container':
      demand(!isLive(find(current, step.id)), `container ${step.id} runs`)
      return withCurrent(engine, { containers: current.containers.filter(({ id }) => id !== step.id) })
    case 'remove-volume':
      demand(!current.containers.some(({ volumes }) => volumes.includes(step.name)), `volume ${step.name} is in use`)
      return withCurrent(engine, { volumes: current.volumes.filter(({ name }) => name !== step.name) })
    case 'snapshot-volume': {
      demandNoWriter(engine, step.name, engine.beside)
      return { ...engine, snapshots: { ...engine.snapshots, [step.snapshotId]: engine.written?.[step.name] ?? '' } }
    }
    case 'restore-volume': {
      demandNoWriter(engine, step.name)
      const content = engine.snapshots?.[step.snapshotId]
      demand(content !== undefined, `there is no snapshot ${step.snapshotId}`)
      return { ...engine, written: { ...engine.written, [step.name]: content } }
    }
    case 'remove-snapshot': {
      const { [step.snapshotId]: _removed, ...snapshots } = engine.snapshots ?? {}
      return { ...engine, snapshots }
    }
    default:
      return withCurrent(engine, { host: stepOnHost(current.host, step) })
  }
}

/** What a board makes of the steps that no engine carries out; what is only remembered changes nothing here. */
function stepOnHost(host: HostState | undefined, step: Step): HostState | undefined {
  if (!host) return undefined
  switch (step.kind) {
    case 'write-host-config': {
      const config = Object.entries({ ...host.config, ...step.changes }).filter(([, value]) => value !== null)
      return { ...host, config: Object.fromEntries(config) as Record<string, string>, needsReboot: true }
    }
    case 'set-hostname':
      return { ...host, hostname: step.hostname }
    case 'replace-supervisor':
      return { ...host, supervisor: { ...host.supervisor, version: step.supervisor.version } }
    case 'reboot':
      return { ...host, bootId: `${host.bootId}+`, needsReboot: false }
    default:
      return host
  }
}

export function changeContainer(engine: Engine, id: string, changes: Partial<CurrentContainer>): Engine {
  const containers = engine.current.containers.map((it) => (it.id === id ? { ...it, ...changes } : it))
  return withAttachments(withCurrent(engine, { containers }))
}

export function withCurrent(engine: Engine, changes: Partial<CurrentState>): Engine {
  return { ...engine, current: { ...engine.current, ...changes } }
}

function createNetwork(engine: Engine, step: Extract<Step, { kind: 'create-network' }>): Engine {
  const { networks } = engine.current
  demand(!networks.some(({ name }) => name === step.name), `network ${step.name} exists`)
  const network = { ...pick(step, ['name', 'appId', 'key', 'specHash']), id: `n${engine.made}`, attached: [] }
  return { ...withCurrent(engine, { networks: [...networks, network] }), made: engine.made + 1 }
}

function removeNetwork(engine: Engine, id: string): Engine {
  const { networks, containers } = engine.current
  const network = networks.find((it) => it.id === id)
  demand(network !== undefined, `there is no network ${id}`)
  demand(network.attached.length === 0, `network ${network.name} has containers`)
  const hasNamesake = networks.some((it) => it.id !== id && it.name === network.name)
  const isHeld = !hasNamesake && containers.some((it) => it.networks.includes(network.name))
  demand(!isHeld, `a stopped container could not start again without network ${network.name}`)
  return withCurrent(engine, { networks: networks.filter((it) => it !== network) })
}

function createContainer(engine: Engine, step: Extract<Step, { kind: 'create-container' }>): Engine {
  const { containers, images, networks, volumes } = engine.current
  const { spec } = step
  demand(images.includes(spec.image), `no such image: ${spec.image}`)
  demand(!containers.some(({ name }) => name === step.name), `the name ${step.name} is taken`)
  const missing = Object.values(spec.networkNames).find((name) => !networks.some((it) => it.name === name))
  demand(missing === undefined, `no such network: ${missing}`)
  const noVolume = Object.values(spec.volumeNames).find((name) => !volumes.some((it) => it.name === name))
  demand(noVolume === undefined, `no such volume: ${noVolume}`)
  const joins = Object.values(spec.joins ?? {})
  joins.forEach((id) => find(engine.current, id))
  const container: CurrentContainer = {
    ...pick(step, ['name', 'appId', 'service', 'specHash', 'dependsOn']),
    id: `c${engine.made}`,
    status: 'created',
    networks: Object.values(spec.networkNames),
    volumes: Object.values(spec.volumeNames),
    image: spec.image,
    restart: spec.config.restart,
    restartCount: 0,
  }
  const joined = { ...engine.joined, [container.id]: joins }
  const isHandedOver = strategyOf(spec.config) === 'hand-over'
  const beside = [...(engine.beside ?? []), ...(isHandedOver ? [container.id] : [])]
  return { ...withCurrent(engine, { containers: [...containers, container] }), made: engine.made + 1, joined, beside }
}

function startContainer(engine: Engine, container: CurrentContainer): Engine {
  const { containers, networks } = engine.current
  demand(container.status === 'created' || container.status === 'exited', `${container.id} is ${container.status}`)
  const missing = container.networks.find((name) => !networks.some((it) => it.name === name))
  demand(missing === undefined, `network ${missing} not found`)
  const stopped = (engine.joined[container.id] ?? []).find((id) => !containers.some((it) => it.id === id && isLive(it)))
  demand(stopped === undefined, `cannot join the namespace of a container that does not run: ${stopped}`)
  const twin = containers.find(
    (it) => it.id !== container.id && it.appId === container.appId && it.service === container.service && isLive(it),
  )
  const isBeside = engine.beside?.includes(container.id) === true
  demand(isBeside || twin === undefined, `${container.service} already runs as ${twin?.id}`)
  // What was not stopped by us counts as restarted.
  const isRestart = container.status === 'exited' && container.exitCode !== STOPPED
  const restartCount = isRestart ? (container.restartCount ?? 0) + 1 : 0
  const written = Object.fromEntries(container.volumes.map((name) => [name, container.image]))
  const started = {
    status: 'running',
    startedAt: engine.clock,
    exitCode: undefined,
    health: undefined,
    restartCount,
  } as const
  return changeContainer({ ...engine, written: { ...engine.written, ...written } }, container.id, started)
}

// The engine lists running containers only; foreign ones stay as they are.
function withAttachments(engine: Engine): Engine {
  const ours = new Set(engine.current.containers.map(({ id }) => id))
  const attachedTo = (network: CurrentNetwork) => {
    const foreign = network.attached.filter((id) => !ours.has(id))
    const own = engine.current.containers.filter((it) => isLive(it) && it.networks.includes(network.name))
    return [...foreign, ...own.map(({ id }) => id)]
  }
  const networks = engine.current.networks.map((network) => ({ ...network, attached: attachedTo(network) }))
  return withCurrent(engine, { networks })
}

// What it copies must not change meanwhile.
function demandNoWriter({ current }: Engine, name: string, spared: readonly string[] = []): void {
  const besides = new Set(current.containers.filter(({ id }) => spared.includes(id)).map(({ service }) => service))
  const writer = current.containers.find((it) => isLive(it) && it.volumes.includes(name) && !besides.has(it.service))
  demand(writer === undefined, `${writer?.service} writes to ${name}`)
}

function find(current: CurrentState, id: string): CurrentContainer {
  const container = current.containers.find((it) => it.id === id)
  demand(container !== undefined, `there is no container ${id}`)
  return container
}

function pick<T extends object, K extends keyof T>(from: T, keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>
}

function demand(condition: boolean, refusal: string): asserts condition {
  if (!condition) throw new EngineRefusal(refusal)
}
