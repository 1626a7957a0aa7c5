import type { Platform, Target, TargetApp, TargetService } from '@flotilla/contracts'
import { networkName, volumeName } from './engine-names.js'
import { fingerprint } from './fingerprint.js'
import { imageReference } from './images.js'
import type { ContainerSpec } from './plan.js'
import { effectiveRestart } from './one-shots.js'
import { saidOfService } from './said-members.js'

/** Which container of which device; the ids are those of the containers that it leans on. */
export interface ContainerSpecInput {
  target: Target
  app: TargetApp
  service: string
  platform: Platform
  joins?: Record<string, string>
  restartsWith?: Record<string, string>
}

/** The container that `config`, the app's entry for the service, asks for on this device. */
export function containerSpec(input: ContainerSpecInput, service: TargetService): ContainerSpec {
  const { image, dependsOn: _dependsOn, ...asked } = service
  const networks = usedNetworks(input.service, service)
  const { id: appId } = input.app
  const deviceId = input.target.device.id
  return {
    appId,
    service: input.service,
    image: imageReference(image),
    config: {
      ...asked,
      networks,
      restart: effectiveRestart(input.app, input.service, service),
      environment: { ...asked.environment, ...flotillaEnvironment(input) },
    },
    networkNames: mapKeys(Object.keys(networks), (key) => networkName(deviceId, appId, key)),
    volumeNames: mapKeys(usedVolumes(service), (key) => volumeName(deviceId, appId, key)),
    ...(input.joins && Object.keys(input.joins).length > 0 && { joins: input.joins }),
    ...(input.restartsWith && Object.keys(input.restartsWith).length > 0 && { restartsWith: input.restartsWith }),
  }
}

/**
 * The fingerprint of a spec. Flotilla's own environment and members that say no more than the default are left out: a
 * renamed app, or a newer supervisor that knows more variables or fields, is no reason to restart what runs.
 */
export function specHash(spec: ContainerSpec, input: ContainerSpecInput): string {
  const own = flotillaEnvironment(input)
  const environment = Object.entries(spec.config.environment).filter(([name]) => !Object.hasOwn(own, name))
  return fingerprint({
    ...spec,
    config: saidOfService({ ...spec.config, environment: Object.fromEntries(environment) }),
  })
}

/** Networks by key, with the service's own name as an alias, as Compose does it; none where it has a network mode. */
export function usedNetworks(name: string, service: TargetService): TargetService['networks'] {
  if (service.networkMode !== undefined) return {}
  const asked = Object.keys(service.networks).length > 0 ? service.networks : { default: { aliases: [] } }
  return Object.fromEntries(
    Object.entries(asked).map(([key, network]) => [
      key,
      { ...network, aliases: [name, ...network.aliases.filter((alias) => alias !== name)] },
    ]),
  )
}

/** Keys of the app's volumes that the service mounts. */
export function usedVolumes(service: TargetService): string[] {
  return service.volumes.flatMap((mount) =>
    mount.type === 'volume' && mount.source !== undefined ? [mount.source] : [],
  )
}

/** Nothing in here may change with a release: see specHash. */
function flotillaEnvironment({ target, app, service, platform }: ContainerSpecInput): Record<string, string> {
  return {
    FLOTILLA: '1',
    FLOTILLA_APP_ID: app.id,
    // As it was when the container was made.
    FLOTILLA_APP_NAME: app.name,
    FLOTILLA_SERVICE_NAME: service,
    FLOTILLA_DEVICE_UUID: target.device.hardwareUuid,
    FLOTILLA_DEVICE_ARCH: ARCHITECTURES[platform],
  }
}

// Without the slash of linux/arm/v7, so that it fits in file names: curl …/tool-$FLOTILLA_DEVICE_ARCH
const ARCHITECTURES: Record<Platform, string> = {
  'linux/amd64': 'amd64',
  'linux/arm64': 'arm64',
  'linux/arm/v7': 'armv7',
  'linux/arm/v6': 'armv6',
}

function mapKeys(keys: string[], nameOf: (key: string) => string): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, nameOf(key)]))
}
