/*
 * What the engine holds of this device. Reads only.
 */
import type { CurrentContainer, CurrentNetwork, CurrentVolume } from '@flotilla/reconcile'
import type Docker from 'dockerode'
import type { Observation } from '../../ports.js'
import { statusOf } from './engine-errors.js'
import { namesOf } from './image-names.js'
import { LABELS } from './labels.js'

// An engine that does not answer a question within a minute is not well; the loop asks again.
const TIMEOUT_MS = 60_000

export async function observe(docker: Docker, deviceId: string, repositories: readonly string[]): Promise<Observation> {
  const abortSignal = AbortSignal.timeout(TIMEOUT_MS)
  const filters = { label: [`${LABELS.device}=${deviceId}`] }
  const [listed, networks, volumes, images] = await Promise.all([
    // All of them: foreign containers may hold our networks.
    docker.listContainers({ all: true, abortSignal }),
    docker.listNetworks({ filters, abortSignal }),
    docker.listVolumes({ filters, abortSignal }),
    docker.listImages({ abortSignal }),
  ])
  const own = listed.filter((container) => container.Labels[LABELS.device] === deviceId)
  const containers = await Promise.all(own.map((container) => look(docker, container, abortSignal)))
  return {
    containers: containers.flat(),
    networks: networks.map((network) => asNetwork(network, listed)),
    // Null where there are none.
    volumes: ((volumes.Volumes as Docker.VolumeInspectInfo[] | null) ?? []).map(asVolume),
    images: images.flatMap(namesOf).filter((image) => isOf(image, repositories)),
  }
}

/** Empty: it has gone since it was listed. */
async function look(
  docker: Docker,
  listed: Docker.ContainerInfo,
  abortSignal: AbortSignal,
): Promise<CurrentContainer[]> {
  try {
    return [asContainer(await docker.getContainer(listed.Id).inspect({ abortSignal }))]
  } catch (error) {
    if (statusOf(error) === 404) return []
    // One container that a power cut has spoiled must not hide all the others.
    if (statusOf(error) === 500) return [asListed(listed)]
    throw error
  }
}

/** Without what only an inspect tells. */
function asListed(container: Docker.ContainerInfo): CurrentContainer {
  return {
    id: container.Id,
    name: container.Names[0]?.replace(/^\//, '') ?? '',
    status: container.State as CurrentContainer['status'],
    networks: Object.keys(container.NetworkSettings.Networks),
    volumes: volumesOf(container.Mounts),
    ...fromLabels(container.Labels),
  }
}

export function asContainer(container: Docker.ContainerInspectInfo): CurrentContainer {
  const { State: state, Config: config } = container
  const restart = container.HostConfig.RestartPolicy
  return {
    id: container.Id,
    name: container.Name.replace(/^\//, ''),
    status: state.Status as CurrentContainer['status'],
    exitCode: ['exited', 'dead', 'restarting'].includes(state.Status) ? state.ExitCode : undefined,
    health: asHealth(state.Health?.Status),
    startedAt: asTime(state.StartedAt),
    finishedAt: asTime(state.FinishedAt),
    networks: Object.keys(container.NetworkSettings.Networks),
    volumes: volumesOf(container.Mounts),
    restart: askedRestart(config.Labels) ?? (restart && asRestart(restart)),
    restartCount: container.RestartCount,
    ...(state.OOMKilled && { oomKilled: true }),
    stopGraceMs: stopGraceMs(config),
    ...fromLabels(config.Labels),
  }
}

function fromLabels(labels: Record<string, string>) {
  return {
    appId: labels[LABELS.app] ?? '',
    service: labels[LABELS.service] ?? '',
    specHash: labels[LABELS.specHash] ?? '',
    image: labels[LABELS.image] ?? '',
    dependsOn: labels[LABELS.dependsOn]?.split(',').filter((service) => service !== ''),
  }
}

function volumesOf(mounts: readonly { Type: string; Name?: string }[]): string[] {
  return mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name !== undefined ? [Name] : []))
}

/** The engine inspects StopTimeout, though dockerode's types do not know it. */
function stopGraceMs(config: object): number | undefined {
  const seconds: unknown = 'StopTimeout' in config ? config.StopTimeout : undefined
  return typeof seconds === 'number' ? seconds * 1000 : undefined
}

/** What was asked for, where the engine knows another policy. */
function askedRestart(labels: Record<string, string>): CurrentContainer['restart'] {
  const [name, count] = labels[LABELS.restart]?.split(':') ?? []
  return name === undefined ? undefined : asRestart({ Name: name, MaximumRetryCount: Number(count ?? 0) })
}

function asRestart(policy: Docker.HostRestartPolicy): CurrentContainer['restart'] {
  const { Name: name, MaximumRetryCount: count = 0 } = policy
  if (name !== 'always' && name !== 'on-failure' && name !== 'unless-stopped') return { name: 'no' }
  return { name, ...(count > 0 && { maximumRetryCount: count }) }
}

function asHealth(status: string | undefined): CurrentContainer['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : undefined
}

/** The engine says year 1 for never. */
function asTime(text: string): number | undefined {
  const time = Date.parse(text)
  return time > 0 ? time : undefined
}

function asNetwork(network: Docker.NetworkInspectInfo, containers: readonly Docker.ContainerInfo[]): CurrentNetwork {
  const labels = network.Labels ?? {}
  // A container that never ran is listed by the network's name alone.
  const holds = (container: Docker.ContainerInfo) =>
    Object.entries(container.NetworkSettings.Networks).some(
      ([name, { NetworkID }]) => NetworkID === network.Id || name === network.Name,
    )
  return {
    id: network.Id,
    name: network.Name,
    appId: labels[LABELS.app] ?? '',
    key: labels[LABELS.network] ?? '',
    specHash: labels[LABELS.specHash] ?? '',
    attached: containers.filter(holds).map((container) => container.Id),
  }
}

function asVolume(volume: Docker.VolumeInspectInfo): CurrentVolume {
  return { name: volume.Name, appId: volume.Labels[LABELS.app] ?? '', key: volume.Labels[LABELS.volume] ?? '' }
}

function isOf(image: string, repositories: readonly string[]): boolean {
  return repositories.includes(image.slice(0, image.lastIndexOf('@')))
}
