import type { MetricsSample, TargetApp } from '@flotilla/contracts'
import { z } from 'zod'
import type { Actions } from '../actions/actions.js'
import { bodyOf, json, type Asked, type LocalAnswer } from '../local-api/local-request.js'
import type { Route } from '../local-api/route.js'
import { changeTags, type Tags } from '../local-api/routes/device-routes.js'
import type { Core } from '../part.js'
import { SUPERVISOR_VERSION } from '../version.js'
import { appsOf, askedApp, isForced, memberOf, UNAUTHORIZED } from './asked-app.js'
import { journalLogs } from './journal-logs.js'
import { numericId } from './numeric-id.js'
import { applicationsState, applicationState, imageNumber, servicesOf, stateStatus } from './state.js'
import { unsupported } from './unsupported.js'
import { plain } from './v1-routes.js'

const MEGABYTE = 1024 * 1024
const TagsSchema = z.record(z.string().min(1).max(128), z.string().max(1024).nullable())

/** The second generation of balena's local API. */
export function v2Routes(core: Core, actions: Actions, tags: Tags): Route[] {
  return [...applicationRoutes(core, actions), ...deviceRoutes(core, tags)]
}

function applicationRoutes(core: Core, actions: Actions): Route[] {
  const overApp = (deed: (app: TargetApp, asked: Asked) => LocalAnswer | Promise<LocalAnswer>) => (asked: Asked) => {
    const app = askedApp(core, asked, asked.params.appId)
    return app ? deed(app, asked) : UNAUTHORIZED
  }
  const overService = (deed: 'start' | 'stop' | 'restart') =>
    overApp(async (app, asked) => {
      const service = askedService(app, asked)
      if (service === undefined) return json(404, { status: 'failed', message: 'Service not found' })
      return plain(await actions.services[deed]({ appId: app.id, service, force: isForced(asked) }))
    })
  return [
    {
      method: 'GET',
      path: '/v2/applications/state',
      handle: ({ caller }) => json(200, applicationsState(core, appsOf(core, caller))),
    },
    {
      method: 'GET',
      path: '/v2/applications/:appId/state',
      handle: overApp((app) => json(200, applicationState(core, app))),
    },
    { method: 'POST', path: '/v2/applications/:appId/start-service', handle: overService('start') },
    { method: 'POST', path: '/v2/applications/:appId/stop-service', handle: overService('stop') },
    { method: 'POST', path: '/v2/applications/:appId/restart-service', handle: overService('restart') },
    {
      method: 'POST',
      path: '/v2/applications/:appId/restart',
      handle: overApp(async (app, asked) =>
        plain(await actions.services.restart({ appId: app.id, force: isForced(asked) })),
      ),
    },
    {
      method: 'POST',
      path: '/v2/applications/:appId/purge',
      handle: overApp(async (app, asked) => plain(await actions.purge({ force: isForced(asked) }, app.id))),
    },
    { method: 'GET', path: '/v2/containerId', handle: (asked) => containerId(core, asked) },
    {
      method: 'GET',
      path: '/v2/state/status',
      handle: ({ caller }) => json(200, stateStatus(core, appsOf(core, caller)[0])),
    },
    {
      method: 'GET',
      path: '/v2/cleanup-volumes',
      handle: ({ caller }) => removeLeftOverVolumes(actions, caller.appId),
    },
    { method: 'GET', path: '/v2/local/target-state', handle: unsupported('It has no local mode.') },
    { method: 'POST', path: '/v2/local/target-state', handle: unsupported('It has no local mode.') },
    { method: 'GET', path: '/v2/local/device-info', handle: unsupported('It has no local mode.') },
    { method: 'GET', path: '/v2/local/logs', handle: unsupported('It has no local mode; see `flotilla logs`.') },
  ]
}

function deviceRoutes(core: Core, tags: Tags): Route[] {
  const success = (more: object) => json(200, { status: 'success', ...more })
  return [
    { method: 'GET', path: '/v2/version', handle: () => success({ version: SUPERVISOR_VERSION }) },
    {
      method: 'GET',
      path: '/v2/device/name',
      handle: () => success({ deviceName: core.targets.target?.device.name ?? core.registration.deviceName }),
    },
    { method: 'GET', path: '/v2/device/tags', handle: () => success({ tags: tagList(tags) }) },
    {
      method: 'PATCH',
      path: '/v2/device/tags',
      handle: async (asked) => {
        await changeTags(tags, bodyOf(asked, TagsSchema))
        return success({ tags: tagList(tags) })
      },
    },
    // There is none, and none is needed.
    { method: 'GET', path: '/v2/device/vpn', handle: () => success({ vpn: { enabled: false, connected: false } }) },
    { method: 'GET', path: '/v2/device/metrics', handle: () => metrics(core.offers.latestMetrics?.()) },
    { method: 'POST', path: '/v2/journal-logs', access: 'device', handle: journalLogs(core) },
  ]
}

// On balena it reaches the volumes of all apps; here those of the app that asks.
async function removeLeftOverVolumes(actions: Actions, appId: string): Promise<LocalAnswer> {
  const answer = await actions.removeLeftOverVolumes(appId)
  return answer.status === 'done' ? json(200, { status: 'success' }) : plain(answer)
}

function askedService(app: TargetApp, { body }: Asked): string | undefined {
  const [name, image] = [memberOf(body, 'serviceName'), memberOf(body, 'imageId')]
  return Object.keys(app.services).find(
    (it) => it === name || (image !== undefined && imageNumber(app, it) === Number(image)),
  )
}

function containerId(core: Core, { caller, query }: Asked): LocalAnswer {
  const services = Object.assign({}, ...appsOf(core, caller).map((app) => servicesOf(core, app))) as ReturnType<
    typeof servicesOf
  >
  const wanted = query.get('serviceName') ?? query.get('service')
  if (wanted === null) {
    const ids = Object.entries(services).map(([name, { containerId: id }]) => [name, id])
    return json(200, { status: 'success', services: Object.fromEntries(ids) as object })
  }
  const id = services[wanted]?.containerId
  if (id === undefined) return json(503, { status: 'failed', message: 'Could not find service with that name' })
  return json(200, { status: 'success', containerId: id })
}

function tagList(tags: Tags): { id: number; name: string; value: string }[] {
  return Object.entries(tags.value).map(([name, value]) => ({ id: numericId(`tag ${name}`), name, value }))
}

function metrics(sample: MetricsSample | undefined): LocalAnswer {
  if (!sample) return json(503, { status: 'failed', message: 'Nothing has been measured yet.' })
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? undefined : Math.round(bytes / MEGABYTE))
  return json(200, {
    status: 'success',
    metrics: {
      cpu_usage: sample.cpuPercent,
      cpu_temp: sample.temperatureCelsius,
      memory_usage: megabytes(sample.memoryUsedBytes),
      memory_total: megabytes(sample.memoryTotalBytes),
      storage_usage: megabytes(sample.diskUsedBytes),
      storage_total: megabytes(sample.diskTotalBytes),
      is_undervolted: sample.isUnderVoltage ?? false,
    },
  })
}
