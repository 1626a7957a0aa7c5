import type { Clock } from '../ports.js'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Holds back a step that succeeds again and again without leading anywhere: an engine that says yes and does nothing,
 * or two who want different things. The pauses double; a step that has rested for long begins anew.
 */
export class Pacing {
  private readonly done = new Map<string, { times: number; at: number }>()

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until the step may be done again; 0: now. */
  pause(key: string): number {
    const last = this.done.get(key)
    if (!last) return 0
    return Math.max(0, last.at + pauseAfter(last.times) - this.clock.monotonic())
  }

  succeeded(key: string): void {
    const now = this.clock.monotonic()
    const last = this.done.get(key)
    const isFresh = !last || now - last.at > 2 * LONGEST_PAUSE_MS
    this.done.set(key, { times: isFresh ? 1 : last.times + 1, at: now })
  }

  /** Forgets steps that are planned no more. */
  forgetOld(): void {
    const now = this.clock.monotonic()
    for (const [key, { at }] of this.done) if (now - at > 2 * LONGEST_PAUSE_MS) this.done.delete(key)
  }
}

function pauseAfter(times: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (times - 1))
}
