/*
 * The Engine port on Docker: API 1.41 (Docker 20.10) and later. It carries out single steps and knows nothing of the
 * order that they make sense in.
 */
import type Docker from 'dockerode'
import type { EngineImage } from '../../images/ports.js'
import type {
  ContainerEvidence,
  Engine,
  HostBind,
  LogFrame,
  Observation,
  PullOptions,
  RegistryRules,
  StepOf,
  Surroundings,
} from '../../ports.js'
import { bridgeAddress } from './bridge-address.js'
import { attachments, containerBody, hasMountedLockFolders, type Attachment } from './container-body.js'
import { fileTime, makeLockFolders } from './container-files.js'
import { defaultLogging, registryRules } from './engine-settings.js'
import { dockerClient, type EngineAddress } from './docker-client.js'
import { explainStart, orAlreadySo, refuseCreation, statusOf } from './engine-errors.js'
import { evidence } from './evidence.js'
import { heldPort } from './held-port.js'
import { jsonObjects } from './json-stream.js'
import { engineName, listImages, nameImage, removeImage } from './docker-images.js'
import { LABELS } from './labels.js'
import { multiplexedFrames, sinceParameter, terminalFrames } from './log-frames.js'
import { asContainer, observe } from './observe.js'
import { OwnRestarts } from './own-restarts.js'
import { pullFrom } from './pull.js'
import { asSpoiled, discardImage } from './spoiled.js'

// A Pi with a slow card takes its time to make or remove a file system; a hung engine must still not hold a step for ever.
const WRITE_TIMEOUT_MS = 300_000
// Without the exec_* events that every health check makes.
const WAKING_EVENTS = ['create', 'start', 'die', 'destroy', 'pause', 'unpause', 'health_status']

export class DockerEngine implements Engine {
  private readonly docker: Docker
  private readonly restarts = new OwnRestarts()

  constructor(
    private readonly deviceId: string,
    address: EngineAddress,
  ) {
    this.docker = dockerClient(address)
  }

  async observe(repositories: readonly string[]): Promise<Observation> {
    const seen = await observe(this.docker, this.deviceId, repositories)
    return { ...seen, containers: this.restarts.added(seen.containers) }
  }

  async version(): Promise<string> {
    return (await this.docker.version()).Version
  }

  images(): Promise<EngineImage[]> {
    return listImages(this.docker)
  }

  pullFrom(reference: string, options: PullOptions): Promise<void> {
    return pullFrom(this.docker, reference, options)
  }

  nameImage(name: string, image: string): Promise<void> {
    return nameImage(this.docker, name, image)
  }

  removeName(name: string): Promise<void> {
    return removeImage(this.docker, name)
  }

  removeImage(image: string): Promise<void> {
    return removeImage(this.docker, image)
  }

  discardImage(image: string, { alsoSharing }: { alsoSharing: boolean }): Promise<void> {
    return discardImage(this.docker, this.deviceId, { image, alsoSharing })
  }

  async createNetwork(step: StepOf<'create-network'>): Promise<void> {
    const { spec, name } = step
    const body: Docker.NetworkCreateOptions = {
      Name: name,
      // Else the engine makes a second one of the same name.
      CheckDuplicate: true,
      Driver: spec.driver ?? 'bridge',
      Internal: spec.internal,
      EnableIPv6: spec.enableIpv6,
      Options: spec.driverOpts,
      IPAM: spec.ipam && {
        Driver: spec.ipam.driver ?? 'default',
        Config: spec.ipam.config.map(({ subnet, gateway, ipRange }) => ({
          Subnet: subnet,
          ...(gateway !== undefined && { Gateway: gateway }),
          ...(ipRange !== undefined && { IPRange: ipRange }),
        })),
      },
      Labels: {
        ...spec.labels,
        ...this.labels(step.appId),
        [LABELS.network]: step.key,
        [LABELS.specHash]: step.specHash,
      },
    }
    try {
      await this.docker.createNetwork(asBody(body))
    } catch (cause) {
      if (statusOf(cause) === 409 && (await this.hasNetwork(step))) return
      refuseCreation(`network ${name}`, cause)
    }
  }

  removeNetwork(id: string): Promise<void> {
    return orAlreadySo(this.docker.getNetwork(id).remove(within()), 404)
  }

  async createVolume({ name, spec, appId, key }: StepOf<'create-volume'>): Promise<void> {
    const body: Docker.VolumeCreateOptions = {
      Name: name,
      Driver: spec.driver ?? 'local',
      DriverOpts: spec.driverOpts,
      Labels: { ...spec.labels, ...this.labels(appId), [LABELS.volume]: key },
    }
    await this.docker.createVolume(asBody(body)).catch((cause: unknown) => refuseCreation(`volume ${name}`, cause))
    // The engine answers with a volume of that name, whoever made it.
    const { Labels: labels } = await this.docker.getVolume(name).inspect(within())
    if ((labels as Record<string, string> | null)?.[LABELS.device] === this.deviceId) return
    throw new Error(`There is already a volume ${name} that Flotilla did not create; remove or rename it`)
  }

  async createContainer(step: StepOf<'create-container'>, surroundings?: Surroundings): Promise<void> {
    const [, ...others] = attachments(step.spec)
    try {
      const id = await this.create(step, surroundings)
      if (!hasMountedLockFolders(step.spec)) await makeLockFolders(this.docker.getContainer(id))
      await this.connect(id, others)
    } catch (cause) {
      if (statusOf(cause) !== 409) refuseCreation(`container ${step.name}`, asSpoiled(cause))
      await this.completeContainer(step, cause)
    }
  }

  async startContainer(id: string): Promise<void> {
    try {
      await orAlreadySo(this.docker.getContainer(id).start(within()), 304)
    } catch (error) {
      throw (await heldPort(this.docker, error)) ?? explainStart(asSpoiled(error))
    }
    this.restarts.started(id)
  }

  stopContainer(id: string, graceMs: number): Promise<void> {
    this.restarts.stopped(id)
    const options = { t: Math.ceil(graceMs / 1000), ...within(graceMs + WRITE_TIMEOUT_MS) }
    return orAlreadySo(this.docker.getContainer(id).stop(options), 304, 404)
  }

  noteRestart(): void {
    this.restarts.allStopped()
  }

  /** With its anonymous volumes; 409 is a removal under way. */
  removeContainer(id: string): Promise<void> {
    return orAlreadySo(this.docker.getContainer(id).remove({ v: true, force: true, ...within() }), 404, 409)
  }

  removeVolume(name: string): Promise<void> {
    return orAlreadySo(this.docker.getVolume(name).remove(within()), 404)
  }

  async volumePath(name: string): Promise<string> {
    return (await this.docker.getVolume(name).inspect(within())).Mountpoint
  }

  async dataFolder(): Promise<string> {
    return ((await this.docker.info()) as { DockerRootDir: string }).DockerRootDir
  }

  async hasFile(containerId: string, path: string): Promise<boolean> {
    return (await this.fileTime(containerId, path)) !== undefined
  }

  fileTime(containerId: string, path: string): Promise<number | undefined> {
    return fileTime(this.docker.getContainer(containerId), path)
  }

  evidence(containerId: string, lines: number): Promise<ContainerEvidence> {
    return evidence(this.docker, containerId, lines)
  }

  registryRules(): Promise<RegistryRules> {
    return registryRules(this.docker)
  }

  async hostAddress(): Promise<string | undefined> {
    try {
      const { IPAM: ipam } = await this.docker.getNetwork('bridge').inspect()
      return bridgeAddress(ipam?.Config)
    } catch (error) {
      // An engine can be set up without that network.
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    const stream: unknown = await this.docker.getEvents({
      filters: { type: ['container'], event: WAKING_EVENTS, label: [`${LABELS.device}=${this.deviceId}`] },
      abortSignal: signal,
    })
    // Whatever happened before the stream stood.
    yield
    for await (const _event of jsonObjects(stream as AsyncIterable<Buffer>)) yield
  }

  async *readLogs(containerId: string, options: { since?: string; signal: AbortSignal }): AsyncGenerator<LogFrame> {
    const container = this.docker.getContainer(containerId)
    const { Config: config } = await container.inspect(within())
    const stream: unknown = await container.logs({
      follow: true,
      stdout: true,
      stderr: true,
      timestamps: true,
      abortSignal: options.signal,
      ...(options.since !== undefined && { since: sinceParameter(options.since) }),
    })
    const source = stream as AsyncIterable<Buffer>
    yield* config.Tty ? terminalFrames(source) : multiplexedFrames(source)
  }

  /** Gives the id. Paths of the board that are not there are left out where they may be. */
  private async create(step: StepOf<'create-container'>, surroundings?: Surroundings): Promise<string> {
    const body = containerBody(this.deviceId, step, await defaultLogging(this.docker), surroundings)
    body.Image = await engineName(this.docker, step.spec.image)
    try {
      return (await this.docker.createContainer(asBody(body, { name: step.name }))).id
    } catch (cause) {
      const binds = surroundings && withoutMissing(surroundings.binds, cause)
      if (!binds) throw cause
      return this.create(step, { ...surroundings, binds })
    }
  }

  private labels(appId: string): Record<string, string> {
    return { [LABELS.device]: this.deviceId, [LABELS.app]: appId }
  }

  private async hasNetwork({ name, specHash }: StepOf<'create-network'>): Promise<boolean> {
    const found = await this.docker.listNetworks({ filters: { name: [name] } })
    const labels = found.find((network) => network.Name === name)?.Labels ?? {}
    return labels[LABELS.device] === this.deviceId && labels[LABELS.specHash] === specHash
  }

  /** The name is taken: by this very container, cut short perhaps when the power went, or by something foreign. */
  private async completeContainer(step: StepOf<'create-container'>, cause: unknown): Promise<void> {
    const found = await this.docker.getContainer(step.name).inspect(within())
    const labels = found.Config.Labels
    if (labels[LABELS.device] !== this.deviceId || labels[LABELS.specHash] !== step.specHash) {
      throw new Error(`There is already a container ${step.name} that is not this one; remove or rename it`, { cause })
    }
    const { networks } = asContainer(found)
    if (!hasMountedLockFolders(step.spec)) await makeLockFolders(this.docker.getContainer(found.Id))
    await this.connect(
      found.Id,
      attachments(step.spec).filter(({ name }) => !networks.includes(name)),
    )
  }

  private async connect(id: string, networks: readonly Attachment[]): Promise<void> {
    for (const { name, endpoint } of networks) {
      const options = { Container: id, EndpointConfig: endpoint, ...within() }
      await this.docker.getNetwork(name).connect(options)
    }
  }
}

/** Undefined: that is not what the engine refused. */
function withoutMissing(binds: readonly HostBind[], cause: unknown): HostBind[] | undefined {
  const path = /bind source path does not exist: (\S+)/.exec(cause instanceof Error ? cause.message : '')?.[1]
  const missing = binds.find(({ source, isOptional }) => isOptional === true && source === path)
  return missing && binds.filter(({ source }) => source !== path)
}

function within(ms = WRITE_TIMEOUT_MS): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(ms) }
}

/**
 * dockerode puts all members of a create call into the URL as well as into the body, where every proxy and log would
 * read the environment; this keeps them apart.
 */
function asBody<T extends object>(body: T, query: Record<string, string> = {}): T {
  return { _query: query, _body: body, ...within() } as unknown as T
}
