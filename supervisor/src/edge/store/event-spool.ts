/*
 * The device's events until the server has them: appended durably, one by one, so that their numbers and true times
 * survive any cut. Bounded: a device that is offline for a year forgets its oldest.
 */
import { DeviceReportEventSchema } from '@flotilla/contracts'
import { z } from 'zod'
import type { Logger } from '../../ports.js'
import { StampSchema, type EventSpool, type SpooledEvent } from '../../stored.js'
import { Journal } from './journal.js'
import type { Reserve } from './reserve.js'

const RecordSchema = z.union([
  z.object({ event: DeviceReportEventSchema.extend({ stamp: StampSchema.optional() }) }),
  // Everything up to `stored` is the server's, and no event ever had a number above `last`.
  z.object({ stored: z.int().nonnegative(), last: z.int().nonnegative() }),
])
type SpoolRecord = z.infer<typeof RecordSchema>

const DROPPED = 'events-dropped'

export interface EventSpoolLimits {
  events: number
  // Records in the file that are of no use any more before it is written anew.
  stale: number
}
const DEFAULT_LIMITS: EventSpoolLimits = { events: 2000, stale: 500 }

export class DiskEventSpool implements EventSpool {
  private events: SpooledEvent[] = []
  private stored = 0
  private last = 0
  private records = 0
  // One writer at a time, in the order of the calls.
  private queue: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly journal: Journal<SpoolRecord>,
    private readonly limits: EventSpoolLimits,
  ) {}

  static async open(path: string, log: Logger, limits = DEFAULT_LIMITS, reserve?: Reserve): Promise<DiskEventSpool> {
    const spool = new DiskEventSpool(new Journal(path, RecordSchema, log, reserve), limits)
    for (const record of await spool.journal.read()) spool.replay(record)
    spool.trim()
    return spool
  }

  append(event: Omit<SpooledEvent, 'number'>): Promise<void> {
    return this.inTurn(async () => {
      const numbered = { ...event, number: this.last + 1 }
      await this.journal.append([{ event: numbered }])
      this.replay({ event: numbered })
      this.trim()
      await this.compact()
    })
  }

  pending(limit: number): SpooledEvent[] {
    return this.events.slice(0, limit)
  }

  acknowledge(stored: number): Promise<void> {
    return this.inTurn(async () => {
      if (stored > this.last) return this.renumber(stored)
      if (stored <= this.stored) return
      await this.journal.append([{ stored, last: this.last }])
      this.replay({ stored, last: this.last })
      this.trim()
      await this.compact()
    })
  }

  /** Resolves when all that was given to it has been written, or has failed. */
  async atRest(): Promise<void> {
    await this.queue
  }

  private replay(record: SpoolRecord): void {
    this.records++
    if ('event' in record) {
      this.events.push(record.event)
      this.last = Math.max(this.last, record.event.number)
    } else {
      this.stored = Math.max(this.stored, record.stored)
      this.last = Math.max(this.last, record.last)
    }
  }

  /** Lets go of what the server has, and of the oldest where there are too many. */
  private trim(): void {
    const kept = this.events.filter((event) => event.number > this.stored)
    this.events = kept.length > this.limits.events ? withoutOldest(kept, this.limits.events) : kept
  }

  /** The server knows numbers that this spool never gave: its file was lost. Without this it would take nothing more. */
  private async renumber(stored: number): Promise<void> {
    this.events = this.events.map((event, index) => ({ ...event, number: stored + 1 + index }))
    this.stored = stored
    this.last = stored + this.events.length
    await this.rewrite()
  }

  private async compact(): Promise<void> {
    if (this.records - this.events.length > this.limits.stale) await this.rewrite()
  }

  private async rewrite(): Promise<void> {
    const records = [{ stored: this.stored, last: this.last }, ...this.events.map((event) => ({ event }))]
    await this.journal.replace(records)
    this.records = records.length
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.queue.then(work)
    this.queue = result.catch(() => undefined)
    return result
  }
}

/** What there is no room for is counted by an event in its place, with the number of the last that went. */
function withoutOldest(events: readonly SpooledEvent[], limit: number): SpooledEvent[] {
  const gone = events.slice(0, events.length - limit + 1)
  const [first] = gone
  const last = gone.at(-1)
  if (!first || !last) return [...events]
  const count = gone.reduce((sum, event) => sum + droppedBefore(event), 0)
  const since = first.kind === DROPPED && typeof first.detail.since === 'string' ? first.detail.since : first.at
  return [{ ...last, kind: DROPPED, detail: { count, since } }, ...events.slice(gone.length)]
}

function droppedBefore({ kind, detail }: SpooledEvent): number {
  return kind === DROPPED && typeof detail.count === 'number' ? detail.count : 1
}
