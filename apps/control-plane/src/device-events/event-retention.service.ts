import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { DeviceEventsRepository } from './device-events.repository.js'

// No transaction that goes on for minutes.
const AT_ONCE = 20_000
const DAY_MS = 86_400_000

/** Upkeep: removes the history that is older than it is kept, of devices that are gone, too. */
@Injectable()
export class EventRetention {
  constructor(
    private readonly events: DeviceEventsRepository,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async run(now = new Date()): Promise<void> {
    const before = new Date(now.getTime() - this.config.DEVICE_EVENTS_DAYS * DAY_MS)
    for (let last: string | undefined; (last = await this.events.lastOfOldest(before, AT_ONCE)) !== undefined;) {
      await this.events.removeUpTo(last)
    }
  }
}
