import type { Lock } from '@flotilla/reconcile'
import { Listeners } from '../listeners.js'
import type { TimeSource } from '../ports.js'
import type { DurableValue } from '../durable-value.js'
import type { StoredLocks } from './stored-locks.js'

export const DEFAULT_LOCK_SECONDS = 3600
export const LONGEST_LOCK_SECONDS = 7 * 24 * 3600

export interface LockWish {
  seconds: number
  reason?: string
  survivesReboot: boolean
}

export interface TakenLock {
  appId: string
  service: string
  reason?: string
  survivesReboot: boolean
  // By the clock that never jumps: a board that learns the time at noon must not lose the locks of its morning.
  endsAt: number
}

/**
 * Locks that services took over the local API: one for each service at most, each with an end, so that an app that died
 * does not hold its device for ever. They outlive the supervisor, and a restart of the board where that was asked for.
 */
export class TakenLocks {
  readonly changed = new Listeners()
  private taken: TakenLock[] = []

  constructor(
    private readonly kept: DurableValue<StoredLocks>,
    private readonly clock: TimeSource,
    private readonly bootId: string,
  ) {}

  /** Takes up what an earlier run kept. */
  load(): void {
    const [now, monotonic] = [this.clock.now(), this.clock.monotonic()]
    this.taken = this.kept.value.taken
      .filter(({ survivesReboot, bootId }) => survivesReboot || bootId === this.bootId)
      .map(({ appId, service, reason, survivesReboot, remainingMs, until }) => ({
        ...{ appId, service, reason, survivesReboot },
        // A board without the right time cannot tell how long it was off: then none of that time counts.
        endsAt: monotonic + Math.min(remainingMs, until - now),
      }))
  }

  /** Those in force, as the planner wants them. */
  current(): Lock[] {
    return this.live().map(({ appId, service, reason, endsAt }) => ({
      ...{ appId, service, by: 'api' as const, until: this.until(endsAt) },
      ...(reason !== undefined && { reason }),
    }))
  }

  of(appId: string, service: string): TakenLock | undefined {
    return this.live().find((lock) => lock.appId === appId && lock.service === service)
  }

  /** Milliseconds since the epoch. */
  until(endsAt: number): number {
    return Math.round(this.clock.now() + endsAt - this.clock.monotonic())
  }

  /** Takes or renews the lock of a service. In force, and on the disk, when it resolves. */
  async take(appId: string, service: string, wish: LockWish): Promise<TakenLock> {
    const { reason, survivesReboot } = wish
    const endsAt = this.clock.monotonic() + Math.min(wish.seconds, LONGEST_LOCK_SECONDS) * 1000
    const lock: TakenLock = { appId, service, reason, survivesReboot, endsAt }
    await this.replace([...this.without(appId, service), lock])
    return lock
  }

  async release(appId: string, service: string): Promise<void> {
    if (this.of(appId, service)) await this.replace(this.without(appId, service))
  }

  /** Writes down how much is left of each, for the next start. */
  async keep(): Promise<void> {
    const stored = this.live().map(({ endsAt, ...lock }) => ({
      ...lock,
      remainingMs: Math.round(endsAt - this.clock.monotonic()),
      until: this.until(endsAt),
      bootId: this.bootId,
    }))
    await this.kept.update((value) => ({ ...value, taken: stored }))
  }

  private without(appId: string, service: string): TakenLock[] {
    return this.live().filter((lock) => lock.appId !== appId || lock.service !== service)
  }

  private live(): TakenLock[] {
    return this.taken.filter(({ endsAt }) => endsAt > this.clock.monotonic())
  }

  private async replace(taken: TakenLock[]): Promise<void> {
    this.taken = taken
    await this.keep()
    this.changed.notify()
  }
}
