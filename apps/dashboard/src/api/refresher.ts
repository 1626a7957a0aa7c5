import type { LiveEvent } from '@flotilla/contracts'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { refreshRows } from './device-rows.js'
import { keys } from './keys.js'
import { mergeStaleKeys, type CacheKey } from './live-keys.js'

const FIRST_MS = 80
const APART_MS = 1000
// Fleets and releases count their devices: with many devices some count changes all the time.
const COUNTS_APART_MS = 4000
// A list of many pages is read page by page: each page makes the next reading wait that much longer.
const PER_PAGE_MS = 1500
// Lists this short are read whole within a blink.
const SHORT_LIST_PAGES = 2

/**
 * Turns changes into new readings: soon after the first, then rarely enough for the server, however many changes come.
 * Only what is on the screen is read again, the rest is marked as old.
 */
export class Refresher {
  private readonly waiting = new Set<LiveEvent>()
  private readonly delayed = new Map<string, { timer?: ReturnType<typeof setTimeout>; nextAt: number }>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private nextAt = 0

  constructor(private readonly queryClient: QueryClient) {}

  add(event: LiveEvent): void {
    this.waiting.add(event)
    this.timer ??= setTimeout(() => this.flush(), Math.max(FIRST_MS, this.nextAt - Date.now()))
  }

  /** After a gap nobody knows what changed. */
  everything(): void {
    void this.queryClient.invalidateQueries()
  }

  stop(): void {
    clearTimeout(this.timer)
    for (const { timer } of this.delayed.values()) clearTimeout(timer)
  }

  private flush(): void {
    const stale = mergeStaleKeys(this.waiting)
    const devices = new Set([...this.waiting].filter(({ kind }) => kind === 'device').map(({ id }) => id))
    this.waiting.clear()
    this.timer = undefined
    this.nextAt = Date.now() + APART_MS
    for (const queryKey of stale) this.refresh(queryKey)
    if (devices.size > 0 && this.loadedPages() > SHORT_LIST_PAGES) void refreshRows(this.queryClient, devices)
  }

  private refresh(queryKey: CacheKey): void {
    const [resource, part] = queryKey
    if (resource === 'devices' && part === undefined) {
      this.refresh(['devices', 'one'])
      this.refresh(keys.devices.lists)
    } else if (resource === 'devices' && part === 'list') {
      this.spaced(queryKey, APART_MS + (this.loadedPages() - 1) * PER_PAGE_MS)
    } else if (resource === 'fleets' || resource === 'releases') {
      this.spaced(queryKey, COUNTS_APART_MS)
    } else {
      void this.queryClient.invalidateQueries({ queryKey })
    }
  }

  /** Reads at once where the last time was long ago, else when that much time has passed. */
  private spaced(queryKey: CacheKey, apartMs: number): void {
    const name = JSON.stringify(queryKey)
    const { timer, nextAt } = this.delayed.get(name) ?? { nextAt: 0 }
    if (timer !== undefined) return
    const read = () => {
      this.delayed.set(name, { nextAt: Date.now() + apartMs })
      void this.queryClient.invalidateQueries({ queryKey })
    }
    const wait = nextAt - Date.now()
    if (wait <= 0) read()
    else this.delayed.set(name, { nextAt, timer: setTimeout(read, wait) })
  }

  private loadedPages(): number {
    const lists = this.queryClient.getQueriesData<InfiniteData<unknown>>({
      queryKey: keys.devices.lists,
      type: 'active',
    })
    return Math.max(1, ...lists.map(([, list]) => list?.pages.length ?? 1))
  }
}
