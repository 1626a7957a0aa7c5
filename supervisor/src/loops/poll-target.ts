import { backOffDelay, type BackOff } from '../back-off.js'
import { CloudError } from '../errors.js'
import { Listeners } from '../listeners.js'
import type { Clock, Cloud, Logger } from '../ports.js'
import type { TargetKeeper } from '../target/target-keeper.js'
import { Wake } from './wake.js'

const BACK_OFF: BackOff = { baseMs: 5_000, capMs: 900_000 }
// A server that asks to be polled without pause must not get it.
const SHORTEST_POLL_MS = 1_000
// And one that sends it away for years must not lose it: a day, as where it asks to be left alone.
const LONGEST_POLL_MS = 24 * 3_600_000

/** Asks for the target, conditionally, when the server said to come back, or when woken. */
export class PollLoop {
  /** The server has answered. */
  readonly polled = new Listeners()
  private readonly wakeUp = new Wake()

  constructor(
    private readonly cloud: Pick<Cloud, 'fetchTarget'>,
    private readonly targets: TargetKeeper,
    // Between polls where the server does not say.
    private readonly intervalMs: number,
    private readonly ambient: { clock: Clock; log: Logger },
  ) {}

  wake(): void {
    this.wakeUp.notify()
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.ambient
    let failures = 0
    while (!signal.aborted) {
      let restMs: number
      try {
        restMs = Math.min(LONGEST_POLL_MS, Math.max(SHORTEST_POLL_MS, await this.poll()))
        failures = 0
      } catch (error) {
        failures++
        restMs = this.restAfter(error, failures)
        if (!signal.aborted) this.ambient.log.warn('poll failed', { error, failures, restMs })
        // Whoever was told to stay away stays away, even if the link says that there is something new.
        if (askedToWait(error)) {
          await clock.sleep(restMs, signal)
          this.wakeUp.forget()
          continue
        }
      }
      await this.wakeUp.wait(clock, restMs, signal)
    }
  }

  /** Gives the milliseconds until the next poll. */
  private async poll(): Promise<number> {
    const { changed, nextPollMs } = await this.cloud.fetchTarget(this.targets.etag)
    if (changed) await this.targets.offer(changed.signed, changed.etag)
    this.polled.notify()
    return nextPollMs ?? this.intervalMs
  }

  private restAfter(error: unknown, failures: number): number {
    const delayMs = backOffDelay(BACK_OFF, failures, () => this.ambient.clock.random())
    return Math.max(delayMs, (error instanceof CloudError ? error.facts.retryAfterMs : undefined) ?? 0)
  }
}

function askedToWait(error: unknown): boolean {
  return error instanceof CloudError && error.facts.retryAfterMs !== undefined
}
