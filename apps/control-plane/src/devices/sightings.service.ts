import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common'
import { LiveBus } from '../live/live-bus.js'
import { type Sighting, SightingsRepository } from './sightings.repository.js'

const STORE_EVERY_MS = 2_000
const MOST_PER_STATEMENT = 2_000

/** Remembers which devices were heard from, and writes it every few seconds: a poll must not cost a write. */
@Injectable()
export class Sightings implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('sightings')
  private readonly waiting = new Map<string, Sighting>()
  private timer: NodeJS.Timeout | undefined
  private storing = Promise.resolve()

  constructor(
    private readonly repository: SightingsRepository,
    private readonly bus: LiveBus,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.store(), STORE_EVERY_MS)
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer)
    await this.store()
  }

  /** The device was heard from just now, and should be heard from again within `expectedWithinMs`. */
  saw(deviceId: string, expectedWithinMs: number): void {
    const now = Date.now()
    this.note({ deviceId, seenAt: new Date(now), onlineUntil: new Date(now + expectedWithinMs) })
  }

  /** Nothing more will come over its link; heard from last at `seenAt`, it counts as online for `graceMs` more. */
  lost(deviceId: string, seenAt: Date, graceMs: number): void {
    this.note({ deviceId, seenAt, onlineUntil: new Date(Date.now() + graceMs) })
  }

  /** Writes what was seen so far. One at a time: a slow database must not gather statements. */
  store(): Promise<void> {
    this.storing = this.storing.then(() => this.storeWaiting())
    return this.storing
  }

  private note(sighting: Sighting): void {
    const other = this.waiting.get(sighting.deviceId)
    if (!other || other.seenAt <= sighting.seenAt) this.waiting.set(sighting.deviceId, sighting)
  }

  private async storeWaiting(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = [...this.waiting.values()].slice(0, MOST_PER_STATEMENT)
      for (const { deviceId } of batch) this.waiting.delete(deviceId)
      try {
        const turns = await this.repository.store(batch)
        await this.bus.publish(turns.map((turn) => ({ topic: 'change', kind: 'device', ...turn })))
      } catch (err) {
        // Whoever is there is seen again; only the age of the rest grows.
        this.log.warn({ message: 'sightings were not stored', devices: batch.length, err })
        return
      }
    }
  }
}
