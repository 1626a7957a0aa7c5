import { unwrap } from '@flotilla/api-client'
import type { VariableView } from '@flotilla/contracts'
import type { Api } from '../api/connect.js'
import { readPages } from '../api/pages.js'
import { usageError } from '../command-error.js'
import { findDevice } from '../names/devices.js'
import { findFleet, fleetPath } from '../names/fleets.js'

export interface ScopeOptions {
  fleet?: string
  device?: string
  service?: string
  config?: boolean
}

/** One of the four levels that a variable can be set at: fleet or device, for all services or one. */
export interface Scope {
  fleetId?: string
  deviceId?: string
  service?: string
  kind: VariableView['kind']
  /** For people: `fleet acme/weather, service web`. */
  title: string
}

/** With --device, --fleet only says where that device is. */
export async function findScope(api: Api, options: ScopeOptions): Promise<Scope> {
  const { service } = options
  const kind = options.config ? 'config' : 'environment'
  if (kind === 'config' && service !== undefined) {
    throw usageError('Config variables are for the whole board: leave --service out.')
  }
  const suffix = service === undefined ? '' : `, service ${service}`
  if (options.device !== undefined) {
    const device = await findDevice(api, options.device, options.fleet)
    return { deviceId: device.id, service, kind, title: `device ${device.name}${suffix}` }
  }
  if (options.fleet === undefined) throw usageError('Say where: --fleet or --device, and --service for one service.')
  const fleet = await findFleet(api, options.fleet)
  return { fleetId: fleet.id, service, kind, title: `fleet ${fleetPath(fleet)}${suffix}` }
}

/** The variables of a fleet or device; with `inherited`, a device's fleet's too. */
export async function readVariables(api: Api, scope: Scope, inherited = false): Promise<VariableView[]> {
  const where = { fleet: scope.fleetId, device: scope.deviceId, ...(inherited && { inherited: 'true' as const }) }
  const { items } = await readPages((page) =>
    unwrap(api.GET('/api/v1/variables', { params: { query: { ...where, ...page } } })),
  )
  return items
}
