import type { MetricsSample } from '@flotilla/contracts'
import { Wake } from '../loops/wake.js'
import type { Core, Part } from '../part.js'
import type { Clock, Logger, Meter, Reading, TimeSource } from '../ports.js'
import { foldReadings } from './fold-readings.js'
import { SampleQueue } from './sample-queue.js'

// So many readings become one sample for the server: a card with a mobile data plan pays for each.
const READINGS_PER_SAMPLE = 5
const HOUR_MS = 3_600_000

/** What a fleet or device may set in its config to have another pace than the supervisor was started with. */
export const METRICS_SECONDS = 'FLOTILLA_METRICS_SECONDS'

export interface MetricsOptions {
  // Between two readings; 0: none are taken.
  seconds: number
}

/** Reads the meter at a steady pace, keeps the last reading for those who ask here, and a sample of some for the server. */
export class Metrics {
  private last?: MetricsSample
  private roundTripMs?: number
  private window: Reading[] = []

  constructor(
    private readonly meter: Meter,
    private readonly options: MetricsOptions,
  ) {}

  /** Of a call to the control plane. */
  noteRoundTrip(ms: number): void {
    this.roundTripMs = Math.round(ms)
  }

  part({ clock, log, targets }: Pick<Core, 'log' | 'targets'> & { clock: Clock & Pick<TimeSource, 'isKnown'> }): Part {
    const queue = new SampleQueue(clock)
    const wake = new Wake()
    const seconds = () => secondsOf(targets.target?.config) ?? this.options.seconds
    const pace = { seconds: seconds() }
    targets.changed.add(() => {
      if (seconds() !== pace.seconds) wake.notify()
    })
    const run = async (end: AbortSignal) => {
      while (!end.aborted) {
        pace.seconds = seconds()
        if (pace.seconds > 0) await this.takeReading(queue, { clock, log })
        await wake.wait(clock, pace.seconds > 0 ? pace.seconds * 1000 : HOUR_MS, end)
      }
    }
    return { report: { metrics: queue }, offers: { latestMetrics: () => this.last }, loops: [run] }
  }

  private async takeReading(queue: SampleQueue, { clock, log }: { clock: Clock; log: Logger }): Promise<void> {
    const before = this.last
    try {
      const reading = await this.meter.read()
      this.last = { at: new Date(clock.now()).toISOString(), ...reading, cloudRoundTripMs: this.roundTripMs }
      this.window.push(reading)
    } catch (error) {
      // A board that cannot be measured is to run its apps all the same.
      return log.warn('board not measured', { error })
    }
    const isUrgent = before !== undefined && hasBecomeWorse(before, this.last)
    if (this.window.length < READINGS_PER_SAMPLE && !isUrgent) return
    queue.add({ ...foldReadings(this.window), cloudRoundTripMs: this.roundTripMs }, isUrgent)
    this.window = []
  }
}

/** What people want to know at once: the board is not fed enough, or slowed down. */
function hasBecomeWorse(before: Reading, now: Reading): boolean {
  return (!before.isUnderVoltage && now.isUnderVoltage) || (!before.isThrottled && now.isThrottled) || false
}

/** Undefined where nothing sensible is set. */
function secondsOf(config: Record<string, string> | undefined): number | undefined {
  const text = config?.[METRICS_SECONDS]
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined
}
