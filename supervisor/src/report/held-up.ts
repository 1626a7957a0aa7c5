import type { Wait } from '@flotilla/reconcile'
import type { EventRecorder } from '../events.js'
import type { Clock } from '../ports.js'
import type { StatusBoard } from '../status-board.js'

// What a person may want to do something about; all other waits end by themselves.
const TOLD: ReadonlySet<Wait['for']> = new Set(['lock', 'download-window', 'switch-window', 'space', 'clock'])
// An app that takes its lock every minute must not fill the history.
const QUIET_MS = 3_600_000

/** Records when an update begins to wait for a lock, a window, space or the time, once an hour at most for each. */
export class HeldUp {
  private waiting = new Set<string>()
  // By the monotonic clock.
  private readonly toldAt = new Map<string, number>()

  constructor(
    private readonly board: StatusBoard,
    private readonly events: EventRecorder,
    private readonly clock: Clock,
  ) {
    board.changed.add(() => this.look())
  }

  private look(): void {
    const { status } = this.board
    if (!status) return
    const waits = new Map(status.plan.waits.filter((wait) => TOLD.has(wait.for)).map((wait) => [keyOf(wait), wait]))
    for (const [key, wait] of waits) if (!this.waiting.has(key)) this.tell(key, wait)
    this.waiting = new Set(waits.keys())
  }

  private tell(key: string, { appId, service, for: waitsFor, reason }: Wait): void {
    const now = this.clock.monotonic()
    for (const [other, at] of this.toldAt) if (now - at >= QUIET_MS) this.toldAt.delete(other)
    if (this.toldAt.has(key)) return
    this.toldAt.set(key, now)
    void this.events.record('held-up', { appId, service, for: waitsFor, reason })
  }
}

function keyOf({ appId, service, for: waitsFor }: Wait): string {
  return [waitsFor, appId, service].join(' ')
}
