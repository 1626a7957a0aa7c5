/*
 * What the engine is told to create for a ContainerSpec: pure. Nothing is left to the engine's defaults that the spec
 * speaks of, and nothing is said that it does not.
 */
import type { ContainerSpec } from '@flotilla/reconcile'
import type Docker from 'dockerode'
import { LOCK_FOLDERS } from '../../locks/lock-paths.js'
import type { HostBind, StepOf, Surroundings } from '../../ports.js'
import { LABELS } from './labels.js'

export interface ContainerBody extends Docker.ContainerCreateOptions {
  HostConfig: Docker.HostConfig
}

/** A network that a container joins, in the order in which it joins them. */
export interface Attachment {
  name: string
  endpoint: Docker.EndpointSettings
}

const NS_PER_MS = 1_000_000

/** The engine takes one network with the container (before API 1.44); the others are joined after. */
export function attachments(spec: ContainerSpec): Attachment[] {
  const networks = Object.entries(spec.config.networks).sort(([a], [b]) => (a < b ? -1 : 1))
  return networks.map(([key, { aliases, ipv4Address }]) => ({
    name: spec.networkNames[key] ?? key,
    endpoint: {
      // Services find each other by name, whatever the container is called.
      Aliases: [...new Set([spec.service, ...aliases])],
      ...(ipv4Address !== undefined && { IPAMConfig: { IPv4Address: ipv4Address } }),
    },
  }))
}

const ALONE: Surroundings = { environment: {}, binds: [] }

/** `deviceId` goes into the labels; `defaultLogging` is used where the spec does not say how to log. */
export function containerBody(
  deviceId: string,
  step: StepOf<'create-container'>,
  defaultLogging: Docker.HostConfig['LogConfig'],
  surroundings = ALONE,
): ContainerBody {
  const { spec } = step
  const { config } = spec
  const [first] = attachments(spec)
  return {
    Image: spec.image,
    Labels: { ...config.labels, ...ownLabels(deviceId, step) },
    Env: Object.entries({ ...surroundings.environment, ...config.environment }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    Cmd: config.command,
    // The engine takes [] for "not set"; [''] is its way to say "none".
    Entrypoint: config.entrypoint?.length === 0 ? [''] : config.entrypoint,
    User: config.user,
    WorkingDir: config.workingDir,
    Hostname: config.hostname,
    Domainname: config.domainname,
    Tty: config.tty,
    StopSignal: config.stopSignal,
    StopTimeout: config.stopGracePeriodMs === undefined ? undefined : Math.ceil(config.stopGracePeriodMs / 1000),
    ExposedPorts: exposedPorts(config),
    Healthcheck: healthcheck(config),
    HostConfig: {
      ...hostConfig(config),
      ...(isStartedByUs(step) && { RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } }),
      ...namespaces(spec, first?.name),
      Mounts: [...mounts(spec), ...surroundings.binds.map(bindMount)],
      ...(surroundings.gpu === true && { DeviceRequests: [{ Count: 1, Capabilities: [['gpu']] }] }),
      LogConfig: logConfig(config) ?? defaultLogging,
    },
    ...(first && { NetworkingConfig: { EndpointsConfig: { [first.name]: first.endpoint } } }),
  }
}

function ownLabels(deviceId: string, step: StepOf<'create-container'>): Record<string, string> {
  return {
    [LABELS.device]: deviceId,
    [LABELS.app]: step.appId,
    [LABELS.service]: step.service,
    [LABELS.specHash]: step.specHash,
    [LABELS.image]: step.spec.image,
    [LABELS.dependsOn]: step.dependsOn.join(','),
    ...(isStartedByUs(step) && { [LABELS.restart]: restartText(step.spec.config.restart) }),
  }
}

/**
 * When the board boots, the engine starts all that it may restart at once. What leans on others would come up before
 * them; it is started, and restarted, by the supervisor alone.
 */
function isStartedByUs({ dependsOn }: StepOf<'create-container'>): boolean {
  return dependsOn.length > 0
}

function restartText({ name, maximumRetryCount }: ServiceConfig['restart']): string {
  return maximumRetryCount === undefined ? name : `${name}:${maximumRetryCount}`
}

type ServiceConfig = ContainerSpec['config']

function hostConfig(config: ServiceConfig): Docker.HostConfig {
  return {
    RestartPolicy: { Name: config.restart.name, MaximumRetryCount: config.restart.maximumRetryCount ?? 0 },
    PortBindings: portBindings(config),
    Privileged: config.privileged,
    CapAdd: config.capAdd,
    CapDrop: config.capDrop,
    SecurityOpt: config.securityOpt,
    GroupAdd: config.groupAdd,
    Devices: config.devices.map(({ host, container, permissions }) => ({
      PathOnHost: host,
      PathInContainer: container,
      CgroupPermissions: permissions,
    })),
    ReadonlyRootfs: config.readOnly,
    Tmpfs: config.tmpfs,
    Ulimits: Object.entries(config.ulimits).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard })),
    Sysctls: config.sysctls,
    ExtraHosts: config.extraHosts,
    Dns: config.dns,
    DnsSearch: config.dnsSearch,
    DnsOptions: config.dnsOpt,
    Memory: config.memLimitBytes,
    MemoryReservation: config.memReservationBytes,
    NanoCpus: config.cpus === undefined ? undefined : Math.round(config.cpus * 1e9),
    CpuShares: config.cpuShares,
    CpusetCpus: config.cpuset,
    PidsLimit: config.pidsLimit,
    ShmSize: config.shmSizeBytes,
    OomScoreAdj: config.oomScoreAdj,
    Init: config.init,
  }
}

/** `service:<name>` became `joins` in the plan, since only that knows which container it means now. */
function namespaces(spec: ContainerSpec, firstNetwork: string | undefined): Docker.HostConfig {
  const { networkMode, ipc, pid } = spec.config
  const resolve = (mode: string | undefined) => {
    const service = mode?.startsWith('service:') ? mode.slice('service:'.length) : undefined
    return service === undefined ? mode : `container:${spec.joins?.[service] ?? service}`
  }
  // Without any network the container gets none, rather than the engine's shared bridge.
  return { NetworkMode: resolve(networkMode) ?? firstNetwork ?? 'none', IpcMode: resolve(ipc), PidMode: resolve(pid) }
}

function mounts(spec: ContainerSpec): Docker.MountConfig {
  const list = spec.config.volumes.map((mount) => {
    if (mount.type === 'tmpfs') {
      return { Type: 'tmpfs', Target: mount.target, TmpfsOptions: { SizeBytes: mount.sizeBytes, Mode: mount.mode } }
    }
    const source = mount.source === undefined ? undefined : (spec.volumeNames[mount.source] ?? mount.source)
    return { Type: 'volume', Source: source, Target: mount.target, ReadOnly: mount.readOnly }
  })
  const folders = mountedLockFolders(spec).map((Target) => ({ Type: 'volume', Target, VolumeOptions: IN_MEMORY }))
  // dockerode's types want members that the engine's API leaves optional.
  return [...list, ...folders] as Docker.MountConfig
}

// Unlike a tmpfs of the container's own, the engine sees what is in it; and everybody may write there.
const IN_MEMORY = {
  DriverConfig: { Name: 'local', Options: { type: 'tmpfs', device: 'tmpfs', o: 'mode=1777,size=64k' } },
}

/**
 * Lock folders that need a volume of their own: where a tmpfs hides /tmp, the engine cannot see the files in it, and
 * where the root is read-only, nobody can make them.
 */
export function hasMountedLockFolders({ config }: ContainerSpec): boolean {
  const isHidden = '/tmp' in config.tmpfs || config.volumes.some((it) => it.type === 'tmpfs' && it.target === '/tmp')
  return config.readOnly || isHidden
}

function mountedLockFolders(spec: ContainerSpec): string[] {
  const mounted = new Set(spec.config.volumes.map(({ target }) => target))
  return hasMountedLockFolders(spec) ? LOCK_FOLDERS.filter((folder) => !mounted.has(folder)) : []
}

function bindMount({ source, target, readOnly = false }: HostBind): Docker.MountConfig[number] {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: readOnly }
}

function exposedPorts(config: ServiceConfig): Record<string, object> {
  const published = config.ports.map(({ target, protocol }) => `${target}/${protocol}`)
  const exposed = config.expose.map((port) => (port.includes('/') ? port : `${port}/tcp`))
  return Object.fromEntries([...published, ...exposed].map((port) => [port, {}]))
}

function portBindings(config: ServiceConfig): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const { target, protocol, published, hostIp } of config.ports) {
    const binding = { HostIp: hostIp ?? '', HostPort: published === undefined ? '' : String(published) }
    bindings[`${target}/${protocol}`] = [...(bindings[`${target}/${protocol}`] ?? []), binding]
  }
  return bindings
}

function healthcheck({ healthcheck: check }: ServiceConfig): Docker.HealthConfig | undefined {
  if (!check) return undefined
  const ns = (ms: number | undefined) => (ms === undefined ? undefined : ms * NS_PER_MS)
  return {
    Test: check.test,
    Interval: ns(check.intervalMs),
    Timeout: ns(check.timeoutMs),
    StartPeriod: ns(check.startPeriodMs),
    Retries: check.retries,
  }
}

function logConfig({ logging }: ServiceConfig): Docker.HostConfig['LogConfig'] {
  return logging && { Type: logging.driver ?? '', Config: logging.options }
}
