import {
  DEVICE_PROTOCOL,
  type Platform,
  type Target,
  type TargetSupervisor,
  type UpdatePolicy,
} from '@flotilla/contracts'
import type { ReleaseContents } from '../releases/index.js'
import type { ReachingVariable } from '../variables/index.js'

/** The device that a target is for. */
export interface TargetPlace {
  deviceId: string
  deviceName: string
  hardwareUuid: string
  platform: Platform
  fleetId: string
  fleetName: string
  organization: string
  generation: number
}

export interface TargetParts {
  place: TargetPlace
  policy: UpdatePolicy
  // Absent: there is nothing for the device to run.
  release?: ReleaseContents
  variables: ReachingVariable[]
  // Absent: the device keeps the supervisor that it has.
  supervisor?: TargetSupervisor
  // Absent: the device is to have no neighbours.
  neighbourKey?: string
}

/** What a device should run, from all that it depends on. */
export function buildTarget(parts: TargetParts): Target {
  const { place, policy, release, variables, supervisor, neighbourKey } = parts
  return {
    protocol: DEVICE_PROTOCOL,
    generation: place.generation,
    device: { id: place.deviceId, name: place.deviceName, hardwareUuid: place.hardwareUuid },
    fleet: { id: place.fleetId, name: place.fleetName, organization: place.organization },
    apps: release ? [buildApp(place, release, variables)] : [],
    config: configOf(variables),
    policy,
    ...(supervisor && { supervisor }),
    ...(neighbourKey !== undefined && { neighbours: { key: neighbourKey } }),
  }
}

/** The settings of board and supervisor that reach a device. */
export function configOf(variables: ReachingVariable[]): Record<string, string> {
  return merged(variables.filter((variable) => variable.kind === 'config'))
}

function buildApp(place: TargetPlace, release: ReleaseContents, variables: ReachingVariable[]): Target['apps'][number] {
  const { id, version, commit, compose } = release
  const environment = variables.filter((variable) => variable.kind === 'environment')
  const services = Object.entries(compose.services).map(([name, spec]) => {
    const reaching = environment.filter(({ service }) => service === undefined || service === name)
    const service = {
      ...spec,
      environment: { ...spec.environment, ...merged(reaching) },
      image: imageFor(release, name, place.platform),
    }
    return [name, service] as const
  })
  return {
    id: place.fleetId,
    name: place.fleetName,
    release: { id, version, commit },
    services: Object.fromEntries(services),
    volumes: compose.volumes,
    networks: compose.networks,
  }
}

function imageFor(release: ReleaseContents, service: string, platform: Platform) {
  const image = release.images.find((each) => each.service === service && each.platform === platform)
  if (!image) throw new Error(`Release ${release.id} has no image of ${service} for ${platform}`)
  const { repository, digest, configDigest, sizeBytes, unpackedBytes } = image
  return { repository, digest, configDigest, sizeBytes, unpackedBytes }
}

/** Fleet, service of the fleet, device, service of the device: the later wins. */
function merged(variables: ReachingVariable[]): Record<string, string> {
  const rank = ({ level, service }: ReachingVariable) => (level === 'device' ? 2 : 0) + (service === undefined ? 0 : 1)
  const ordered = variables.toSorted((a, b) => rank(a) - rank(b))
  return Object.fromEntries(ordered.map(({ name, value }) => [name, value]))
}

/** The same target for people: without the values of secrets, and without the key of the fleet's devices. */
export function withoutSecrets({ neighbourKey: _secret, ...parts }: TargetParts): TargetParts {
  return { ...parts, variables: parts.variables.filter((variable) => !variable.secret) }
}
