import { useSyncExternalStore } from 'react'

/** Ticks once a second for whoever listens, with one timer for all, and rests while nobody does. */
class Clock {
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setInterval> | undefined

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    this.timer ??= setInterval(() => this.listeners.forEach((tell) => tell()), 1000)
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    }
  }
}

const clock = new Clock()

/** What `read` says of the present moment. The component is drawn again only when that changes, so thousands may use it. */
export function useClock<T extends string | number | boolean>(read: (now: number) => T): T {
  return useSyncExternalStore(clock.subscribe, () => read(Date.now()))
}
