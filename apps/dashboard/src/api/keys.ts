import type { BuildQuery, DeviceQuery, FleetQuery, ReleaseQuery, VariableQuery } from '@flotilla/contracts'

/*
 * The names under which answers are cached: a list or one thing of a resource, so that a change can drop exactly what
 * it touched. The first two parts are what live-keys.ts speaks of.
 */

type Filter<Query> = Partial<Omit<Query, 'limit' | 'cursor'>>

export const keys = {
  whoami: ['whoami'],
  apiKeys: ['api-keys'],
  fleets: {
    list: (filter: Filter<FleetQuery> = {}) => ['fleets', 'list', filter],
    one: (id: string) => ['fleets', 'one', id],
    provisioningKeys: (id: string) => ['provisioning-keys', id],
  },
  devices: {
    lists: ['devices', 'list'],
    list: (filter: Filter<DeviceQuery>) => ['devices', 'list', filter],
    one: (id: string) => ['devices', 'one', id],
    state: (id: string) => ['devices', 'one', id, 'state'],
    target: (id: string) => ['devices', 'one', id, 'target'],
    hardware: (id: string) => ['devices', 'one', id, 'hardware'],
    events: (id: string) => ['device-events', id],
  },
  releases: {
    list: (filter: Filter<ReleaseQuery>) => ['releases', 'list', filter],
    one: (id: string) => ['releases', 'one', id],
  },
  builds: {
    list: (filter: Filter<BuildQuery>) => ['builds', 'list', filter],
    one: (id: string) => ['builds', 'one', id],
  },
  variables: (scope: Filter<VariableQuery>) => ['variables', scope],
} as const
