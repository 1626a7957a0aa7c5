import type { TargetApp } from '@flotilla/contracts'
import type { Actions } from '../actions/actions.js'
import type { Answer } from '../actions/answer.js'
import { json, text, type Asked, type LocalAnswer } from '../local-api/local-request.js'
import type { Route } from '../local-api/route.js'
import type { Core } from '../part.js'
import { appsOf, askedApp, isForced, memberOf, UNAUTHORIZED } from './asked-app.js'
import { numericId } from './numeric-id.js'
import { commitOf, deviceState, imageNumber, servicesOf } from './state.js'
import { unsupported } from './unsupported.js'

const FOR_ONE_SERVICE = 'This route is for apps with one service; use those of v2.'

/** The first generation of balena's local API. */
export function v1Routes(core: Core, actions: Actions, port: number): Route[] {
  return [...appRoutes(core, actions), ...deviceRoutes(core, actions, port)]
}

function appRoutes(core: Core, actions: Actions): Route[] {
  const overApp = (deed: (app: TargetApp, asked: Asked) => Promise<LocalAnswer>) => (asked: Asked) => {
    const app = askedApp(core, asked, asked.params.appId ?? memberOf(asked.body, 'appId'))
    return app ? deed(app, asked) : UNAUTHORIZED
  }
  const startOrStop = (deed: 'start' | 'stop') =>
    overApp((app, asked) => startOrStopSingle(core, actions, { deed, app, asked }))
  return [
    {
      method: 'POST',
      path: '/v1/update',
      handle: async (asked) => {
        const appIds = appsOf(core, asked.caller).map(({ id }) => id)
        await actions.updateNow(isForced(asked), appIds)
        return { status: 204 }
      },
    },
    {
      method: 'POST',
      path: '/v1/purge',
      handle: overApp(async (app, asked) => wrapped(await actions.purge({ force: isForced(asked) }, app.id), 200, '')),
    },
    {
      method: 'POST',
      path: '/v1/restart',
      handle: overApp(async ({ id: appId }, asked) =>
        plain(await actions.services.restart({ appId, force: isForced(asked) })),
      ),
    },
    { method: 'GET', path: '/v1/apps/:appId', handle: overApp((app) => Promise.resolve(singleApp(core, app))) },
    { method: 'POST', path: '/v1/apps/:appId/start', handle: startOrStop('start') },
    { method: 'POST', path: '/v1/apps/:appId/stop', handle: startOrStop('stop') },
  ]
}

function deviceRoutes(core: Core, actions: Actions, port: number): Route[] {
  const power = (kind: 'reboot' | 'shutdown') => async (asked: Asked) =>
    wrapped(await actions.power(kind, isForced(asked), `${asked.caller.service} asked for it`), 202, null)
  return [
    { method: 'GET', path: '/ping', access: 'open', handle: () => text(200, 'OK') },
    { method: 'GET', path: '/v1/healthy', access: 'open', handle: () => healthy(core) },
    { method: 'POST', path: '/v1/blink', handle: () => blink(core) },
    { method: 'POST', path: '/v1/regenerate-api-key', handle: unsupported('Tokens follow from the key of the board.') },
    { method: 'POST', path: '/v1/reboot', access: 'device', handle: power('reboot') },
    { method: 'POST', path: '/v1/shutdown', access: 'device', handle: power('shutdown') },
    {
      method: 'GET',
      path: '/v1/device',
      handle: ({ caller }) => json(200, deviceState(core, port, appsOf(core, caller))),
    },
    {
      method: 'GET',
      path: '/v1/device/host-config',
      handle: () => json(200, { network: { hostname: hostnameOf(core) } }),
    },
    {
      method: 'PATCH',
      path: '/v1/device/host-config',
      access: 'device',
      handle: (asked) => patchHostConfig(actions, asked),
    },
  ]
}

/** As balena's middleware answers: OK, or who holds a lock, or what is wrong. */
export function plain(answer: Answer): LocalAnswer {
  if (answer.status === 'done') return text(200, 'OK')
  return json(failureStatus(answer), { status: 'failed', message: answer.detail })
}

function wrapped(answer: Answer, status: number, noError: string | null): LocalAnswer {
  if (answer.status === 'done') return json(status, { Data: 'OK', Error: noError })
  return json(failureStatus(answer), { Data: '', Error: answer.detail })
}

function failureStatus(answer: Exclude<Answer, { status: 'done' }>): number {
  if (answer.status === 'refused') return 423
  return { unknown: 404, unsupported: 501, unready: 503, conflict: 409, error: 503 }[answer.code]
}

/** It says OK also where there is no light, as on balena: the app is not to blame for its board. */
async function blink({ offers, log }: Core): Promise<LocalAnswer> {
  const isBlinking = (await offers.blink?.()) ?? false
  if (!isBlinking) log.info('asked to blink, but this board has no light for it')
  return text(200, 'OK')
}

function healthy({ board }: Core): LocalAnswer {
  return board.engineError === undefined ? text(200, 'OK') : text(500, 'Unhealthy')
}

async function startOrStopSingle(
  core: Core,
  actions: Actions,
  { deed, app, asked }: { deed: 'start' | 'stop'; app: TargetApp; asked: Asked },
): Promise<LocalAnswer> {
  const [service, ...others] = Object.keys(app.services)
  if (service === undefined || others.length > 0) return text(400, FOR_ONE_SERVICE)
  const answer = await actions.services[deed]({ appId: app.id, service, force: isForced(asked) })
  return answer.status === 'done'
    ? json(200, { containerId: servicesOf(core, app)[service]?.containerId })
    : plain(answer)
}

function singleApp(core: Core, app: TargetApp): LocalAnswer {
  const [service, ...others] = Object.keys(app.services)
  if (service === undefined || others.length > 0) return text(400, FOR_ONE_SERVICE)
  return json(200, {
    appId: numericId(app.id),
    commit: commitOf(app),
    releaseId: numericId(app.release.id),
    containerId: servicesOf(core, app)[service]?.containerId,
    imageId: imageNumber(app, service),
    env: app.services[service]?.environment,
  })
}

function hostnameOf({ board, registration }: Core): string {
  return board.status?.current.host?.hostname ?? registration.deviceName
}

async function patchHostConfig(actions: Actions, { body }: Asked): Promise<LocalAnswer> {
  const network = memberOf(body, 'network')
  const hostname = memberOf(network, 'hostname')
  const others = Object.keys((network as object | undefined) ?? {}).filter((name) => name !== 'hostname')
  if (others.length > 0) return unsupported(`The network's ${others.join(', ')} is the host's own to set.`)()
  if (typeof hostname !== 'string' || !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(hostname)) {
    return text(400, 'network.hostname is not a hostname')
  }
  return plain(await actions.setHostname(hostname))
}
