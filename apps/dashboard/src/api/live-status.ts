import { useSyncExternalStore } from 'react'

/** idle: this page follows nothing. live: changes arrive as they happen. lost: what is shown may be old. */
export type LiveStatus = 'idle' | 'connecting' | 'live' | 'lost'

// Going from page to page is no reason to blink.
const SETTLE_MS = 1000

class LiveStatusStore {
  private status: LiveStatus = 'idle'
  private followers = 0
  private readonly listeners = new Set<() => void>()

  readonly read = (): LiveStatus => this.status

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** A page begins to follow changes. */
  enter(): void {
    this.followers += 1
    if (this.status === 'idle') this.set('connecting')
  }

  leave(): void {
    this.followers -= 1
    setTimeout(() => {
      if (this.followers === 0) this.set('idle')
    }, SETTLE_MS)
  }

  set(status: LiveStatus): void {
    if (status === this.status) return
    this.status = status
    this.listeners.forEach((tell) => tell())
  }
}

/** How the page's stream of changes fares; the frame of every page shows it. */
export const liveStatus = new LiveStatusStore()

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(liveStatus.subscribe, liveStatus.read)
}
