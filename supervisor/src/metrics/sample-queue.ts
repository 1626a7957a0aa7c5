import type { MetricsSample } from '@flotilla/contracts'
import type { MetricsQueue } from '../part.js'
import type { TimeSource } from '../ports.js'

export type UndatedSample = Omit<MetricsSample, 'at'>

interface Entry {
  sample: UndatedSample
  // By the clock that never jumps: what it was by the board's date is known better when it is sent.
  takenAt: number
  isUrgent: boolean
}

// A day of them, at one every five minutes; older days get thinner and thinner.
const CAPACITY = 288
// With the reports' own look every five minutes, so they are with the server within a quarter of an hour.
const LONGEST_WAIT_MS = 600_000

/** Samples on their way to the server: in memory, bounded, and with less and less detail the longer there is no link. */
export class SampleQueue implements MetricsQueue {
  private entries: Entry[] = []
  private readonly given = new WeakMap<MetricsSample, Entry>()

  constructor(
    private readonly clock: Pick<TimeSource, 'now' | 'monotonic' | 'isKnown'>,
    private readonly capacity = CAPACITY,
  ) {}

  add(sample: UndatedSample, isUrgent: boolean): void {
    this.entries.push({ sample, takenAt: this.clock.monotonic(), isUrgent })
    if (this.entries.length > this.capacity) this.thin()
  }

  isDue(): boolean {
    if (!this.clock.isKnown()) return false
    const elapsed = this.clock.monotonic() - (this.entries[0]?.takenAt ?? Infinity)
    return elapsed >= LONGEST_WAIT_MS || this.entries.some(({ isUrgent }) => isUrgent)
  }

  /** None while the time is not known: the server could not tell what they are of. */
  pending(limit: number): MetricsSample[] {
    if (!this.clock.isKnown()) return []
    // The same shift for all, or two samples could end up in the wrong order.
    const shift = this.clock.now() - this.clock.monotonic()
    return this.entries.slice(0, limit).map((entry) => {
      const sample = { at: new Date(shift + entry.takenAt).toISOString(), ...entry.sample }
      this.given.set(sample, entry)
      return sample
    })
  }

  acknowledge(sent: readonly MetricsSample[]): Promise<void> {
    const done = new Set(sent.map((sample) => this.given.get(sample)))
    this.entries = this.entries.filter((entry) => !done.has(entry))
    return Promise.resolve()
  }

  /** Every second one of the older half goes. */
  private thin(): void {
    const half = this.entries.length / 2
    this.entries = this.entries.filter((_entry, at) => at >= half || at % 2 === 0)
  }
}
