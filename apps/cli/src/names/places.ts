import { unwrap } from '@flotilla/api-client'
import type { Api } from '../api/connect.js'
import { usageError } from '../command-error.js'
import { findDevice } from './devices.js'
import { findFleet } from './fleets.js'
import { isId } from './only.js'
import { unwrapIfFound } from '../api/answer.js'

/** A fleet, or some of its devices. */
export interface Places {
  fleetId: string
  // Absent: all of them.
  deviceIds?: string[]
}

/**
 * What names mean that may be one fleet or several devices. A single name is a fleet's where there is one of it, unless
 * `fleetName` says where to look for devices.
 */
export async function findPlaces(api: Api, names: readonly string[], fleetName?: string): Promise<Places> {
  const [only, ...others] = names
  if (only !== undefined && others.length === 0 && fleetName === undefined && (await isFleet(api, only))) {
    return { fleetId: (await findFleet(api, only)).id }
  }
  const devices = await Promise.all(names.map((name) => findDevice(api, name, fleetName)))
  const [first] = devices
  if (!first || devices.some(({ fleetId }) => fleetId !== first.fleetId)) {
    throw usageError('These devices are not of one fleet; make a bundle for each fleet.')
  }
  return { fleetId: first.fleetId, deviceIds: devices.map(({ id }) => id) }
}

async function isFleet(api: Api, name: string): Promise<boolean> {
  if (name.includes('/')) return true
  if (isId(name)) {
    return (await unwrapIfFound(api.GET('/api/v1/fleets/{id}', { params: { path: { id: name } } }))) !== undefined
  }
  const { items } = await unwrap(api.GET('/api/v1/fleets', { params: { query: { name, limit: 1 } } }))
  return items.length > 0
}
