import {
  DEVICE_PROTOCOL,
  diffMergePatch,
  type DeviceState,
  type Json,
  type ReportRequest,
  type ReportResponse,
} from '@flotilla/contracts'
import { backOffDelay, type BackOff } from '../back-off.js'
import { CloudError } from '../errors.js'
import { Listeners } from '../listeners.js'
import type { Cloud, Logger, TimeSource } from '../ports.js'
import type { MetricsQueue } from '../part.js'
import type { ReportBaselineKeeper } from '../report/baseline.js'
import type { DatedEvents } from '../time/dated-events.js'
import { RateLimit } from './rate-limit.js'
import { Wake } from './wake.js'

const BACK_OFF: BackOff = { baseMs: 2_000, capMs: 600_000 }
// Changes come in flocks, and half of them are over in a moment.
const GATHER_MS = 250
// A whole update goes through at once; a service that flaps all day sends a report every few seconds at most.
const BURST = 12
const INTERVAL_MS = 5_000
// Nothing else sends a report of itself: this one is for what no change announced, such as a new address.
const RECHECK_MS = 300_000
const EVENTS_PER_REPORT = 200
const SAMPLES_PER_REPORT = 100
// Answers in a row that do not fit before it counts as a failure.
const MOST_TRIES = 4

/**
 * Tells the server what changed since the state that it acknowledged, and what happened. A report whose answer was
 * lost is repeated as it was; a server that holds another state than we think gets all of it again.
 */
export class ReportLoop {
  /** The server has stored a report. */
  readonly acknowledged = new Listeners()
  private readonly wakeUp = new Wake()
  private readonly rate: RateLimit
  // All of it was refused: the events travel alone, once.
  private isStateUnwanted = false
  private unanswered?: { request: ReportRequest; state: Record<string, Json> }

  constructor(
    private readonly cloud: Pick<Cloud, 'sendReport' | 'greet'>,
    private readonly state: () => DeviceState,
    private readonly kept: {
      baseline: ReportBaselineKeeper
      events: Pick<DatedEvents, 'pending' | 'acknowledge'>
      metrics?: MetricsQueue
    },
    private readonly ambient: { clock: TimeSource; log: Logger },
  ) {
    this.rate = new RateLimit(ambient.clock, BURST, INTERVAL_MS)
  }

  wake(): void {
    this.wakeUp.notify()
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.ambient
    let failures = 0
    while (!signal.aborted) {
      try {
        await this.bringUpToDate(signal)
        failures = 0
        await this.wakeUp.wait(clock, RECHECK_MS, signal)
        await clock.sleep(GATHER_MS, signal)
      } catch (error) {
        failures++
        const restMs = this.restAfter(error, failures)
        if (!signal.aborted) this.ambient.log.warn('report failed', { error, failures, restMs })
        await clock.sleep(restMs, signal)
      }
    }
  }

  private async bringUpToDate(signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted; tries++) {
      if (tries >= MOST_TRIES) throw new Error('The server does not store what it is sent')
      await this.ambient.clock.sleep(this.rate.delay(), signal)
      this.unanswered ??= await this.compose()
      if (!this.unanswered || signal.aborted) return
      this.rate.take()
      if (await this.send(this.unanswered)) tries = -1
    }
  }

  /** Undefined: the server knows it all. */
  private async compose(): Promise<typeof this.unanswered> {
    // What is sent is stored with the times that it has now.
    if (!this.ambient.clock.isKnown()) await this.cloud.greet()
    if (this.isStateUnwanted) return this.composeEventsAlone()
    const { baseline, events } = this.kept
    const state = JSON.parse(JSON.stringify(this.state())) as Record<string, Json>
    const changes = diffMergePatch(baseline.state, state)
    const pending = events.pending(EVENTS_PER_REPORT)
    if (!changes && pending.length === 0 && !this.kept.metrics?.isDue()) return undefined
    const request: ReportRequest = {
      protocol: DEVICE_PROTOCOL,
      baseline: baseline.acknowledged,
      number: await baseline.nextNumber(),
      at: new Date(this.ambient.clock.now()).toISOString(),
      changes: changes ?? {},
      events: pending,
      ...this.samples(),
    }
    return { request, state }
  }

  private samples(): Pick<ReportRequest, 'metrics'> {
    const metrics = this.kept.metrics?.pending(SAMPLES_PER_REPORT) ?? []
    return metrics.length > 0 ? { metrics } : {}
  }

  /** On a baseline that the server cannot hold it stores the events and leaves its state as it is. */
  private async composeEventsAlone(): Promise<typeof this.unanswered> {
    const baseline = await this.kept.baseline.nextNumber()
    const request: ReportRequest = {
      protocol: DEVICE_PROTOCOL,
      baseline,
      number: await this.kept.baseline.nextNumber(),
      at: new Date(this.ambient.clock.now()).toISOString(),
      changes: {},
      events: this.kept.events.pending(EVENTS_PER_REPORT),
    }
    return { request, state: {} }
  }

  /** True where the server now has what it was sent. */
  private async send({ request, state }: NonNullable<typeof this.unanswered>): Promise<boolean> {
    const { baseline, events } = this.kept
    let answer: ReportResponse
    try {
      answer = await this.cloud.sendReport(request)
    } catch (error) {
      if (error instanceof CloudError && error.isUnwanted) await this.giveUp(request)
      throw error
    }
    this.unanswered = undefined
    this.isStateUnwanted = false
    await events.acknowledge(answer.storedEvents)
    if (request.metrics) await this.kept.metrics?.acknowledge(request.metrics)
    const areEventsStored = answer.storedEvents >= (request.events.at(-1)?.number ?? 0)
    if (answer.stored === request.number) {
      await baseline.acknowledge(request.number, state)
      this.acknowledged.notify()
      return areEventsStored
    }
    await baseline.restart(answer.stored)
    return false
  }

  /**
   * The server does not want it, as it is. All of the state comes next; where that is unwanted too, the events go
   * alone, lest history be lost for a state that cannot be told; and events that are unwanted alone are given up.
   */
  private async giveUp({ baseline, number, events: sent, metrics }: ReportRequest): Promise<void> {
    this.unanswered = undefined
    const last = sent.at(-1)
    // Whatever was wrong, samples are the least of it.
    if (metrics) await this.kept.metrics?.acknowledge(metrics)
    if (this.isStateUnwanted && last) {
      this.ambient.log.error('events unwanted by the server', { count: sent.length })
      await this.kept.events.acknowledge(last.number)
    }
    this.isStateUnwanted = !this.isStateUnwanted && baseline === 0 && last !== undefined
    await this.kept.baseline.restart(number)
  }

  private restAfter(error: unknown, failures: number): number {
    const delayMs = backOffDelay(BACK_OFF, failures, () => this.ambient.clock.random())
    return Math.max(delayMs, (error instanceof CloudError ? error.facts.retryAfterMs : undefined) ?? 0)
  }
}
