import type { AppState, ServiceState, TargetApp } from '@flotilla/contracts'
import { isSettled } from '@flotilla/reconcile'
import { statusOf } from '../local-api/routes/app-routes.js'
import type { Core } from '../part.js'
import { currentApps } from '../report/device-state.js'
import { SUPERVISOR_VERSION } from '../version.js'
import { numericId } from './numeric-id.js'

/*
 * The state of this device in the shapes that balena's supervisor gives it.
 */

const STATUSES: Partial<Record<ServiceState['status'], string>> = {
  running: 'Running',
  waiting: 'Downloading',
  downloading: 'Downloading',
  downloaded: 'Downloaded',
  installing: 'Installing',
  created: 'Installed',
  stopping: 'Stopping',
}

export function balenaStatus(status: ServiceState['status']): string {
  return STATUSES[status] ?? status
}

/** The commit of what the target wants; a release without one is named by its id. */
export function commitOf({ release }: TargetApp): string {
  return release.commit ?? release.id.replaceAll('-', '')
}

/** The services of the app, by name. */
export function servicesOf(core: Pick<Core, 'board'>, { id }: TargetApp): AppState['services'] {
  return currentApps(statusOf(core))[id]?.services ?? {}
}

export function serviceNumber({ id }: TargetApp, service: string): number {
  return numericId(`${id} ${service}`)
}

export function imageNumber(app: TargetApp, service: string): number {
  return numericId(app.services[service]?.image.digest ?? service)
}

/** GET /v1/device */
export function deviceState(core: Core, port: number, [app]: TargetApp[]) {
  const status = statusOf(core)
  const services = Object.values(app ? servicesOf(core, app) : {})
  const progress = services.flatMap(({ progressPercent }) => progressPercent ?? [])
  const isUpdating = !isSettled(status.plan)
  const missing = services.some(({ status: it }) => it === 'downloading' || it === 'waiting')
  return {
    api_port: port,
    ip_address: core.host.facts().addresses ?? '',
    os_version: core.host.facts().os ?? null,
    supervisor_version: SUPERVISOR_VERSION,
    update_pending: isUpdating,
    update_failed: app !== undefined && core.memory.memory[app.id]?.rejected !== undefined,
    update_downloaded: isUpdating && !missing,
    commit: app ? commitOf(app) : null,
    status: missing ? 'Downloading' : 'Idle',
    download_progress: average(progress),
  }
}

/** GET /v2/applications/state */
export function applicationsState(core: Core, apps: TargetApp[]) {
  return Object.fromEntries(
    apps.map((app) => {
      const services = Object.entries(servicesOf(core, app)).map(([name, { status, progressPercent }]) => [
        name,
        {
          status: balenaStatus(status),
          releaseId: numericId(app.release.id),
          downloadProgress: progressPercent ?? null,
        },
      ])
      return [
        app.name,
        { appId: numericId(app.id), commit: commitOf(app), services: Object.fromEntries(services) as object },
      ]
    }),
  )
}

/** GET /v2/applications/:appId/state */
export function applicationState(core: Core, app: TargetApp) {
  const services = Object.entries(servicesOf(core, app)).map(([name, { status, progressPercent }]) => [
    serviceNumber(app, name),
    { status: balenaStatus(status), releaseId: numericId(app.release.id), download_progress: progressPercent ?? null },
  ])
  return {
    commit: commitOf(app),
    local: { [numericId(app.id)]: { services: Object.fromEntries(services) as object } },
    dependent: {},
  }
}

/** GET /v2/state/status */
export function stateStatus(core: Core, app: TargetApp | undefined) {
  const status = statusOf(core)
  const services = Object.entries(app ? servicesOf(core, app) : {})
  const progress = services.flatMap(([, { progressPercent }]) => progressPercent ?? [])
  const numbers = (name: string) =>
    app && {
      appId: numericId(app.id),
      imageId: imageNumber(app, name),
      serviceId: serviceNumber(app, name),
    }
  return {
    status: 'success',
    appState: isSettled(status.plan) ? 'applied' : 'applying',
    overallDownloadProgress: average(progress),
    containers: services
      .filter(([, { containerId }]) => containerId !== undefined)
      .map(([serviceName, { status: it, containerId, startedAt }]) => ({
        ...{ status: balenaStatus(it), serviceName, containerId, createdAt: startedAt },
        ...numbers(serviceName),
      })),
    images: services.map(([serviceName, { status: it, progressPercent }]) => ({
      ...{ name: app?.services[serviceName]?.image.repository, serviceName, ...numbers(serviceName) },
      status: it === 'downloading' || it === 'waiting' ? 'Downloading' : 'Downloaded',
      downloadProgress: progressPercent ?? null,
    })),
    release: app ? commitOf(app) : null,
  }
}

function average(percents: number[]): number | null {
  return percents.length === 0 ? null : Math.round(percents.reduce((a, b) => a + b, 0) / percents.length)
}
