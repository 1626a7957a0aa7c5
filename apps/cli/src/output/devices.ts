import type { DeviceState, DeviceView, ServiceState } from '@flotilla/contracts'
import { formatAge, formatSeconds } from './age.js'
import { formatBytes } from './bytes.js'
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

/** What its downloads have cost, and what is left of their budget. */
export function transferFields(state: DeviceState | undefined, now: Date): Field[] {
  if (!state?.transfers) return []
  const { usedToday, usedThisMonth, remainingBytes, resetsAt, metered } = state.transfers
  const left =
    remainingBytes === undefined
      ? 'no limit on this link'
      : `${formatBytes(remainingBytes)} left${resetsAt === undefined ? '' : `, anew ${ahead(resetsAt, now)}`}`
  const used = `${formatBytes(usedToday)} today, ${formatBytes(usedThisMonth)} this month`
  return [['downloads', `${used}; ${left}${metered ? ' (metered)' : ''}`, remainingBytes === 0 ? 'yellow' : undefined]]
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
    { title: 'STATUS', value: (service) => serviceStatus(service, now), format: serviceFormat },
    { title: 'HEALTH', value: (service) => service.health },
    { title: 'STARTED', value: ({ startedAt }) => startedAt && formatAge(startedAt, now) },
    { title: 'RESTARTS', value: (service) => service.restartCount },
    { title: 'IMAGE', value: ({ imageDigest }) => imageDigest?.slice('sha256:'.length, 19) },
    { title: 'ERROR', value: (service) => service.error },
  ]
}

function deviceState(device: DeviceView): string {
  if (device.connectivity === 'never') return 'never seen'
  const does = device.activity === 'waiting' && hasGivenUp(device) ? 'gave the release up' : device.activity
  return does === undefined ? device.connectivity : `${device.connectivity}, ${does}`
}

/** Whether it is the very release that it should run. */
function hasGivenUp({ rejected, targetReleaseId }: DeviceView): boolean {
  return rejected !== undefined && rejected.releaseId === targetReleaseId
}

function stateFormat(device: DeviceView): Format | undefined {
  const { connectivity, activity } = device
  if (connectivity !== 'online') return 'dim'
  if (activity === 'failing' || (activity === 'waiting' && hasGivenUp(device))) return 'red'
  return activity === 'settled' ? 'green' : 'yellow'
}

/** `17-3f2c1ab`, or `16-… → 17-…` on its way. */
function releaseTransition(device: DeviceView): string | undefined {
  const { runningVersion, targetVersion } = device
  if (runningVersion === targetVersion || targetVersion === undefined) return runningVersion
  return `${runningVersion ?? 'nothing'} → ${targetVersion}`
}

/** `downloading 12.3 of 45.0 MB by delta, 250 kB/s, done in 2 min` */
function downloadText({ status, download }: ServiceRow, now: Date): string | undefined {
  if (!download) return undefined
  const { doneBytes, neededBytes, bytesPerSecond, endsAt, way, neighbourBytes, bundleBytes } = download
  return [
    `${status} ${formatBytes(doneBytes)} of ${formatBytes(neededBytes)}${way === 'delta' ? ' by delta' : ''}`,
    ...(bytesPerSecond === undefined ? [] : [`${formatBytes(bytesPerSecond)}/s`]),
    ...(endsAt === undefined ? [] : [`done ${ahead(endsAt, now)}`]),
    ...(neighbourBytes ? [`${formatBytes(neighbourBytes)} from neighbours`] : []),
    ...(bundleBytes ? [`${formatBytes(bundleBytes)} from a bundle`] : []),
  ].join(', ')
}

function ahead(timestamp: string, now: Date): string {
  return `in ${formatSeconds(Math.max(1, Math.round((new Date(timestamp).getTime() - now.getTime()) / 1000)))}`
}

function serviceStatus(service: ServiceRow, now: Date): string {
  const download = downloadText(service, now)
  if (download !== undefined) return download
  if (service.progressPercent !== undefined) return `${service.status} ${Math.floor(service.progressPercent)} %`
  return service.exitCode === undefined ? service.status : `${service.status} (${service.exitCode})`
}

function serviceFormat(service: ServiceRow): Format | undefined {
  if (service.error !== undefined || service.health === 'unhealthy') return 'red'
  return service.status === 'running' ? 'green' : 'yellow'
}
