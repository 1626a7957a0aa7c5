import type { DeviceView, Page } from '@flotilla/contracts'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { deviceQuery } from './devices.js'
import { keys } from './keys.js'

type DeviceList = InfiniteData<Page<DeviceView>, string | undefined>

// More changes than that at once are better shown by reading the list again.
const MOST_ROWS = 20

/** Reads changed devices one by one into the long lists that show them: a row is current long before its list is. */
export async function refreshRows(queryClient: QueryClient, changed: ReadonlySet<string>): Promise<void> {
  const lists = queryClient.getQueriesData<DeviceList>({ queryKey: keys.devices.lists, type: 'active' })
  const shown = lists.flatMap(([, list]) => list?.pages.flatMap((page) => page.items) ?? [])
  const ids = shown.map((device) => device.id).filter((id) => changed.has(id))
  const reads = [...new Set(ids)]
    .slice(0, MOST_ROWS)
    .map((id) => queryClient.fetchQuery({ ...deviceQuery(id), staleTime: 0 }))
  const answers = await Promise.allSettled(reads)
  const devices = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const fresh = new Map(devices.map((device) => [device.id, device]))
  for (const [queryKey] of lists) {
    // The other rows are as old as they were.
    const updatedAt = queryClient.getQueryState(queryKey)?.dataUpdatedAt
    queryClient.setQueryData<DeviceList>(queryKey, (list) => withRows(list, fresh), { updatedAt })
  }
}

/** The list with these devices in the place of their former selves. Pages without any of them stay the same objects. */
export function withRows(list: DeviceList | undefined, fresh: ReadonlyMap<string, DeviceView>): DeviceList | undefined {
  if (!list || fresh.size === 0) return list
  const pages = list.pages.map((page) =>
    page.items.some(({ id }) => fresh.has(id))
      ? { ...page, items: page.items.map((device) => fresh.get(device.id) ?? device) }
      : page,
  )
  return { ...list, pages }
}
