import { unwrap } from '@flotilla/api-client'
import type { FleetView } from '@flotilla/contracts'
import { unwrapIfFound } from '../api/answer.js'
import type { Api } from '../api/connect.js'
import { isId, only } from './only.js'

/** The fleet that `organization/fleet`, a `fleet` that is the only one of its name, or an id means. */
export async function findFleet(api: Api, name: string): Promise<FleetView> {
  if (isId(name)) {
    const fleet = await unwrapIfFound(api.GET('/api/v1/fleets/{id}', { params: { path: { id: name } } }))
    if (fleet) return fleet
  }
  const { items } = await unwrap(api.GET('/api/v1/fleets', { params: { query: { name, limit: 50 } } }))
  return only(items, {
    kind: 'fleet',
    name,
    describe: fleetPath,
    ifNone: 'See those you have with: flotilla fleet list',
    ifSeveral: 'Say which as organization/fleet.',
  })
}

export function fleetPath(fleet: { organization: string; name: string }): string {
  return `${fleet.organization}/${fleet.name}`
}
