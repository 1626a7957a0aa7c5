import type { DeviceReportEvent } from '@flotilla/contracts'
import type { TimeSource } from '../ports.js'
import type { EventSpool } from '../stored.js'
import { dateEvents } from './date-events.js'

/** The event spool as it is sent: with true times. */
export class DatedEvents {
  constructor(
    private readonly spool: EventSpool,
    private readonly clock: TimeSource,
  ) {}

  pending(limit: number): DeviceReportEvent[] {
    // All of them, since the time of one may depend on those that follow.
    const all = this.spool.pending(Number.MAX_SAFE_INTEGER)
    return dateEvents(all, (stamp) => this.clock.whenWas(stamp), this.clock.floor()).slice(0, limit)
  }

  acknowledge(stored: number): Promise<void> {
    return this.spool.acknowledge(stored)
  }
}
