import { DEVICE_PROTOCOL } from '@flotilla/contracts'
import { backOffDelay, type BackOff } from '../back-off.js'
import { CloudError } from '../errors.js'
import { RateLimit } from '../loops/rate-limit.js'
import { Wake } from '../loops/wake.js'
import type { Cloud, Logger, TimeSource } from '../ports.js'
import type { LogBatchContent, LogSpool } from '../stored.js'
import { dateLine } from '../time/line-times.js'

const BACK_OFF: BackOff = { baseMs: 2_000, capMs: 600_000 }
// How long a line may lie in memory: what a power cut may cost, against writes to the card.
const FLUSH_MS = 1_000
const IDLE_MS = 600_000
const BATCH = { lines: 1000, bytes: 256 * 1024 }
// A quiet board's line is there at once; a chatty one sends a batch every few seconds.
const BURST = 4
const INTERVAL_MS = 2_500

/** Makes collected lines durable every second, and sends them in batches whenever the server takes them. */
export class LogShipper {
  private readonly wakeUp = new Wake()
  private readonly rate: RateLimit
  private failures = 0
  private notBefore = 0

  constructor(
    private readonly cloud: Pick<Cloud, 'sendLogs' | 'greet'>,
    private readonly spool: LogSpool,
    private readonly ambient: { clock: TimeSource; log: Logger },
  ) {
    this.rate = new RateLimit(ambient.clock, BURST, INTERVAL_MS)
  }

  wake(): void {
    this.wakeUp.notify()
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.ambient
    while (!signal.aborted) {
      await this.flush()
      const restMs = await this.sendNext()
      // More is waiting: the card is served every second all the same.
      if (restMs !== undefined) await clock.sleep(Math.min(restMs, FLUSH_MS), signal)
      else {
        await this.wakeUp.wait(clock, IDLE_MS, signal)
        await clock.sleep(FLUSH_MS / 2, signal)
      }
    }
    await this.flush()
    log.debug('logs at rest')
  }

  private async flush(): Promise<void> {
    await this.spool.flush().catch((error: unknown) => this.ambient.log.error('logs could not be kept', { error }))
  }

  /** Gives the milliseconds after which to try again; undefined: nothing left. */
  private async sendNext(): Promise<number | undefined> {
    const batch = this.spool.nextBatch(BATCH)
    if (!batch) return undefined
    const waitMs = Math.max(this.notBefore - this.ambient.clock.monotonic(), this.rate.delay())
    if (waitMs > 0) return waitMs
    this.rate.take()
    try {
      await this.send(batch)
      this.failures = 0
    } catch (error) {
      await this.noteFailure(batch, error)
    }
    return 0
  }

  private async send({ lines, dropped }: LogBatchContent): Promise<void> {
    const { clock } = this.ambient
    if (!clock.isKnown()) await this.cloud.greet()
    const { stored } = await this.cloud.sendLogs({
      protocol: DEVICE_PROTOCOL,
      lines: lines.map((line) => dateLine(line, (stamp) => clock.whenWas(stamp))),
      ...(dropped > 0 && { dropped }),
    })
    await this.spool.acknowledge(stored, dropped)
  }

  private async noteFailure({ lines }: LogBatchContent, error: unknown): Promise<void> {
    const { clock, log } = this.ambient
    this.failures++
    const facts = error instanceof CloudError ? error.facts : {}
    const delayMs = backOffDelay(BACK_OFF, this.failures, () => clock.random())
    this.notBefore = clock.monotonic() + Math.max(delayMs, facts.retryAfterMs ?? 0)
    log.debug('logs not sent', { error, failures: this.failures })
    // A batch that the server will never take must not hold up those behind it.
    const last = lines.at(-1)
    if (error instanceof CloudError && error.isUnwanted && last) {
      log.error('log lines refused by the server', { count: lines.length, error })
      await this.spool.discard(last.number)
    }
  }
}
