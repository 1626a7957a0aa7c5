import type {
  CreateFleet,
  CreateProvisioningKey,
  FleetQuery,
  FleetView,
  Page,
  ProvisioningKeySchema,
  UpdateFleet,
} from '@flotilla/contracts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import { answer, api } from './client.js'
import { keys } from './keys.js'

export type ProvisioningKeyView = z.infer<typeof ProvisioningKeySchema>

export const fleetsQuery = (filter: Pick<FleetQuery, 'organization'> = {}) =>
  infiniteQueryOptions({
    queryKey: keys.fleets.list(filter),
    queryFn: ({ pageParam, signal }): Promise<Page<FleetView>> =>
      answer(api.GET('/api/v1/fleets', { params: { query: { ...filter, limit: 100, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  })

export const fleetQuery = (id: string) =>
  queryOptions({
    queryKey: keys.fleets.one(id),
    queryFn: ({ signal }): Promise<FleetView> =>
      answer(api.GET('/api/v1/fleets/{id}', { params: { path: { id } }, signal })),
  })

export function createFleet(fleet: CreateFleet): Promise<FleetView> {
  return answer(api.POST('/api/v1/fleets', { body: fleet }))
}

export function updateFleet(id: string, change: UpdateFleet): Promise<FleetView> {
  return answer(api.PATCH('/api/v1/fleets/{id}', { params: { path: { id } }, body: change }))
}

export async function removeFleet(id: string): Promise<void> {
  await answer(api.DELETE('/api/v1/fleets/{id}', { params: { path: { id } } }))
}

export const provisioningKeysQuery = (fleetId: string) =>
  queryOptions({
    queryKey: keys.fleets.provisioningKeys(fleetId),
    queryFn: ({ signal }): Promise<Page<ProvisioningKeyView>> =>
      answer(
        api.GET('/api/v1/fleets/{id}/provisioning-keys', {
          params: { path: { id: fleetId }, query: { limit: 200 } },
          signal,
        }),
      ),
  })

export function createProvisioningKey(
  fleetId: string,
  key: CreateProvisioningKey,
): Promise<ProvisioningKeyView & { key: string }> {
  return answer(api.POST('/api/v1/fleets/{id}/provisioning-keys', { params: { path: { id: fleetId } }, body: key }))
}

export async function revokeProvisioningKey(id: string): Promise<void> {
  await answer(api.DELETE('/api/v1/provisioning-keys/{id}', { params: { path: { id } } }))
}

/** Where devices and git reach the server: it may differ from what the browser's address bar says. */
export function serverUrl(fleet: Pick<FleetView, 'gitUrl'>): string {
  return fleet.gitUrl.replace(/\/git\/[^/]+\/[^/]+\.git$/, '')
}

export function installCommand(fleet: Pick<FleetView, 'gitUrl'>, key: string): string {
  return `curl -fsSL '${serverUrl(fleet)}/install.sh?key=${encodeURIComponent(key)}' | sudo sh`
}
