import type {
  DeviceEventView,
  DeviceQuery,
  DeviceTargetSchema,
  DeviceView,
  HardwareSchema,
  Page,
  ReportedState,
  UpdateDevice,
} from '@flotilla/contracts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import { answer, api, isProblem } from './client.js'
import { keys } from './keys.js'

export type HardwareView = z.infer<typeof HardwareSchema>
export type DeviceTargetView = z.infer<typeof DeviceTargetSchema>
export type DeviceFilter = Pick<DeviceQuery, 'fleet' | 'q' | 'connectivity' | 'activity' | 'rejected'>

// In an address true and false are words.
const written = ({ rejected, ...filter }: DeviceFilter) => ({
  ...filter,
  ...(rejected !== undefined && { rejected: String(rejected) }),
})

const PAGE = 100
// A device that falls silent causes no change that could be told: look again now and then.
const LOOK_AGAIN_MS = 30_000

export const devicesQuery = (filter: DeviceFilter) =>
  infiniteQueryOptions({
    queryKey: keys.devices.list(filter),
    queryFn: ({ pageParam, signal }): Promise<Page<DeviceView>> =>
      answer(
        api.GET('/api/v1/devices', {
          params: { query: { ...written(filter), limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? 2 * LOOK_AGAIN_MS : LOOK_AGAIN_MS),
  })

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: keys.devices.one(id),
    queryFn: ({ signal }): Promise<DeviceView> =>
      answer(api.GET('/api/v1/devices/{id}', { params: { path: { id } }, signal })),
    refetchInterval: LOOK_AGAIN_MS,
  })

/** What the device last said; null, or never asked for, before its first report. */
export const reportedStateQuery = ({ id, reportedAt }: Pick<DeviceView, 'id' | 'reportedAt'>) =>
  queryOptions({
    queryKey: keys.devices.state(id),
    enabled: reportedAt !== undefined,
    queryFn: ({ signal }): Promise<ReportedState | null> =>
      orNull(answer(api.GET('/api/v1/devices/{id}/state', { params: { path: { id } }, signal }))),
  })

/** What the device should run; null, or never asked for, while no board fills it. */
export const targetQuery = ({ id, hardware }: Pick<DeviceView, 'id' | 'hardware'>) =>
  queryOptions({
    queryKey: keys.devices.target(id),
    enabled: hardware !== undefined,
    queryFn: ({ signal }): Promise<DeviceTargetView | null> =>
      orNull(answer(api.GET('/api/v1/devices/{id}/target', { params: { path: { id } }, signal }))),
  })

export const hardwareQuery = (id: string) =>
  queryOptions({
    queryKey: keys.devices.hardware(id),
    queryFn: ({ signal }): Promise<Page<HardwareView>> =>
      answer(api.GET('/api/v1/devices/{id}/hardware', { params: { path: { id }, query: { limit: 50 } }, signal })),
  })

export const deviceEventsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: keys.devices.events(id),
    queryFn: ({ pageParam, signal }): Promise<Page<DeviceEventView>> =>
      answer(
        api.GET('/api/v1/devices/{id}/events', {
          params: { path: { id }, query: { limit: 50, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  })

export function updateDevice(id: string, change: UpdateDevice): Promise<DeviceView> {
  return answer(api.PATCH('/api/v1/devices/{id}', { params: { path: { id } }, body: change }))
}

export async function removeDevice(id: string): Promise<void> {
  await answer(api.DELETE('/api/v1/devices/{id}', { params: { path: { id } } }))
}

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise
  } catch (error) {
    // Not there yet is an answer too; that the device itself is gone is told by the query of the device.
    if (isProblem(error, 404)) return null
    throw error
  }
}
