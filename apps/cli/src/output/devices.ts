import type { DeviceState, DeviceView, ServiceState } from '@flotilla/contracts'
import { formatAge } from './age.js'
import type { Format } from './style.js'
import type { Column, Field } from './table.js'

/* How devices look to people. Pure. */

export function deviceColumns(now: Date): Column<DeviceView>[] {
  return [
    { title: 'NAME', value: (device) => device.name },
    { title: 'FLEET', value: (device) => device.fleet },
    { title: 'STATE', value: deviceState, format: stateFormat },
    { title: 'SEEN', value: ({ lastSeenAt }) => lastSeenAt && formatAge(lastSeenAt, now) },
    { title: 'RELEASE', value: releaseTransition },
    { title: 'PLATFORM', value: ({ hardware }) => hardware?.platform },
    { title: 'UUID', value: ({ hardware }) => hardware?.uuid.slice(0, 7) },
  ]
}

export function deviceFields(device: DeviceView, now: Date): Field[] {
  const { hardware } = device
  return [
    ['device', device.name],
    ['fleet', device.fleet],
    ['state', deviceState(device), stateFormat(device)],
    ['seen', device.lastSeenAt ? formatAge(device.lastSeenAt, now) : 'never'],
    ['reported', device.reportedAt && formatAge(device.reportedAt, now)],
    ['release', releaseTransition(device) ?? 'none'],
    ['pinned', device.pinnedReleaseId === undefined ? undefined : 'yes, to its release'],
    ['explanation', device.explanation],
    ['platform', hardware?.platform],
    ['board', hardware?.deviceType],
    ['serial number', hardware?.serialNumber],
    ['uuid', hardware?.uuid],
    ['supervisor', device.supervisorVersion],
    ['created', formatAge(device.createdAt, now)],
    ['id', device.id],
  ]
}

export interface ServiceRow extends ServiceState {
  name: string
}

export function serviceRows(state: DeviceState | undefined): ServiceRow[] {
  const apps = Object.values(state?.apps ?? {})
  return apps
    .flatMap(({ services }) => Object.entries(services).map(([name, service]) => ({ name, ...service })))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export function serviceColumns(now: Date): Column<ServiceRow>[] {
  return [
    { title: 'SERVICE', value: (service) => service.name },
    { title: 'STATUS', value: serviceStatus, format: serviceFormat },
    { title: 'HEALTH', value: (service) => service.health },
    { title: 'STARTED', value: ({ startedAt }) => startedAt && formatAge(startedAt, now) },
    { title: 'RESTARTS', value: (service) => service.restartCount },
    { title: 'IMAGE', value: ({ imageDigest }) => imageDigest?.slice('sha256:'.length, 19) },
    { title: 'ERROR', value: (service) => service.error },
  ]
}

function deviceState(device: DeviceView): string {
  if (device.connectivity === 'never') return 'never seen'
  return device.activity === undefined ? device.connectivity : `${device.connectivity}, ${device.activity}`
}

function stateFormat({ connectivity, activity }: DeviceView): Format | undefined {
  if (connectivity !== 'online') return 'dim'
  if (activity === 'failing') return 'red'
  return activity === 'settled' ? 'green' : 'yellow'
}

/** `17-3f2c1ab`, or `16-… → 17-…` on its way. */
function releaseTransition(device: DeviceView): string | undefined {
  const { runningVersion, targetVersion } = device
  if (runningVersion === targetVersion || targetVersion === undefined) return runningVersion
  return `${runningVersion ?? 'nothing'} → ${targetVersion}`
}

function serviceStatus(service: ServiceRow): string {
  if (service.progressPercent !== undefined) return `${service.status} ${Math.floor(service.progressPercent)} %`
  return service.exitCode === undefined ? service.status : `${service.status} (${service.exitCode})`
}

function serviceFormat(service: ServiceRow): Format | undefined {
  if (service.error !== undefined || service.health === 'unhealthy') return 'red'
  return service.status === 'running' ? 'green' : 'yellow'
}
