import { unwrap } from '@flotilla/api-client'
import type { DeviceView } from '@flotilla/contracts'
import { unwrapIfFound } from '../api/answer.js'
import type { Api } from '../api/connect.js'
import { findFleet } from './fleets.js'
import { isId, only } from './only.js'

const CANDIDATES = 50

/**
 * The device that a name, the uuid of its board or the beginning of that, or an id means; `fleetName` narrows the
 * search. A name goes before a uuid: people give names, and may give one that looks like hex digits.
 */
export async function findDevice(api: Api, name: string, fleetName?: string): Promise<DeviceView> {
  if (isId(name)) {
    const device = await unwrapIfFound(api.GET('/api/v1/devices/{id}', { params: { path: { id: name } } }))
    if (device) return device
  }
  const fleet = fleetName === undefined ? undefined : (await findFleet(api, fleetName)).id
  const { items: named } = await unwrap(
    api.GET('/api/v1/devices', { params: { query: { fleet, name, limit: CANDIDATES } } }),
  )
  const found = named.length > 0 ? named : await devicesByUuid(api, name, fleet)
  return only(found, {
    kind: 'device',
    name,
    describe: describeDevice,
    ifNone: 'See those you have with: flotilla device list',
    ifSeveral: 'Add --fleet organization/fleet, or give the id or uuid.',
  })
}

async function devicesByUuid(api: Api, prefix: string, fleet: string | undefined): Promise<DeviceView[]> {
  if (!/^[0-9a-f]{2,32}$/i.test(prefix)) return []
  const { items } = await unwrap(
    api.GET('/api/v1/devices', { params: { query: { fleet, q: prefix, limit: CANDIDATES } } }),
  )
  return items.filter((device) => device.hardware?.uuid.startsWith(prefix.toLowerCase()))
}

function describeDevice(device: DeviceView): string {
  const uuid = device.hardware ? `, uuid ${device.hardware.uuid.slice(0, 7)}` : ''
  return `${device.name} in ${device.fleet} (id ${device.id}${uuid})`
}
