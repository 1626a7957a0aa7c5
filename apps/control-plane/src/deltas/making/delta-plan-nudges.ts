import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common'
import { LiveBus } from '../../live/live-bus.js'
import { DeltaPlans } from '../delta-plans.service.js'

// One change of a fleet is told in several messages.
const PAUSE_MS = 500

/** Plans a fleet's deltas as soon as one of its releases becomes final, or it is to run another. */
@Injectable()
export class DeltaPlanNudges implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('deltas')
  private readonly waiting = new Set<string>()
  private timer: NodeJS.Timeout | undefined
  private unsubscribe = () => {}

  constructor(
    private readonly bus: LiveBus,
    private readonly plans: DeltaPlans,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.bus.subscribe((message) => {
      if (message.topic !== 'change' || message.fleetId === undefined) return
      if (message.kind === 'release' || message.kind === 'fleet') this.nudge(message.fleetId)
    })
  }

  onModuleDestroy(): void {
    this.unsubscribe()
    clearTimeout(this.timer)
  }

  private nudge(fleetId: string): void {
    this.waiting.add(fleetId)
    this.timer ??= setTimeout(() => void this.plan(), PAUSE_MS)
  }

  private async plan(): Promise<void> {
    const fleets = [...this.waiting]
    this.waiting.clear()
    this.timer = undefined
    for (const fleetId of fleets) {
      // Upkeep plans all fleets now and then, this one too.
      await this.plans.planFleet(fleetId).catch((err: unknown) => this.log.warn({ message: 'no plan', fleetId, err }))
    }
  }
}
