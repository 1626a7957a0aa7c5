import type { ImageSourcesResponse } from '@flotilla/contracts'
import { imageReference, type CurrentState } from '@flotilla/reconcile'
import type { DurableValue } from '../../durable-value.js'
import type { Listeners } from '../../listeners.js'
import { Wake } from '../../loops/wake.js'
import type { Clock } from '../../ports.js'
import type { TargetKeeper } from '../../target/target-keeper.js'
import { Postponed } from '../postponed.js'
import { awaitFrom, type StoredDeltas } from './stored-deltas.js'

// What costs no more is fetched at once.
const WORTH_WAITING_BYTES = 2_000_000
// Where the server could not be asked.
const ASK_AGAIN_MS = 60_000
const HOUR_MS = 3_600_000

export interface AwaitedDeltasParts {
  stored: DurableValue<StoredDeltas>
  targets: Pick<TargetKeeper, 'target'>
  clock: Clock
  lookWanted: Listeners
}

/** Which downloads may wait for deltas that are being made, and since when. The planner decides whether they do. */
export class AwaitedDeltas {
  private readonly wake = new Wake()
  // By image: when to ask again, by the monotonic clock. Absent: at once.
  private readonly askAt = new Map<string, number>()
  // Nobody makes them any more.
  private readonly over = new Set<string>()

  constructor(private readonly parts: AwaitedDeltasParts) {}

  /**
   * Takes what the server said of an image that is about to be fetched, at the cost of so many bytes. Rejects with
   * Postponed where the plan should know first: once, since whoever fetches it then has been told to.
   */
  async hear(image: string, { pending }: ImageSourcesResponse, costBytes: number): Promise<void> {
    const { stored, clock } = this.parts
    const isKnown = Object.hasOwn(stored.value.awaited, image)
    if (!pending || isKnown || this.longestMs === 0 || costBytes <= WORTH_WAITING_BYTES) return
    await stored.update((it) => awaitFrom(it, image, clock.now(), this.wantedImages()))
    this.askLater(image, pending.retryAfterSeconds * 1000)
    throw new Postponed(`A delta for ${image} is being made`)
  }

  /** For the planner. */
  waits(): CurrentState['awaitedDeltas'] {
    const open = this.open()
    return open.length === 0 ? undefined : Object.fromEntries(open)
  }

  /** Asks again and again until the deltas are there, or will not be. */
  async run(end: AbortSignal, ask: (image: string) => Promise<ImageSourcesResponse | undefined>): Promise<void> {
    const { clock } = this.parts
    while (!end.aborted) {
      for (const [image] of this.open()) {
        if ((this.askAt.get(image) ?? 0) <= clock.monotonic() && !end.aborted) await this.askFor(image, ask)
      }
      const next = Math.min(...this.open().map(([image]) => this.askAt.get(image) ?? 0))
      await this.wake.wait(clock, Math.min(HOUR_MS, Math.max(0, next - clock.monotonic())), end)
    }
  }

  private async askFor(image: string, ask: (image: string) => Promise<ImageSourcesResponse | undefined>) {
    const answer = await ask(image)
    if (!answer || answer.pending) {
      return this.askLater(image, answer?.pending ? answer.pending.retryAfterSeconds * 1000 : ASK_AGAIN_MS)
    }
    this.over.add(image)
    this.parts.lookWanted.notify()
  }

  private askLater(image: string, ms: number): void {
    this.over.delete(image)
    this.askAt.set(image, this.parts.clock.monotonic() + ms)
    this.wake.notify()
  }

  /** Those of the target whose time is not over. A time in the future is of a clock that has been set back. */
  private open(): [string, { until: number }][] {
    const { stored, clock } = this.parts
    const now = clock.now()
    const wanted = new Set(this.wantedImages())
    return Object.entries(stored.value.awaited)
      .filter(([image, since]) => wanted.has(image) && !this.over.has(image) && since <= now)
      .map(([image, since]) => [image, { until: since + this.longestMs }] as [string, { until: number }])
      .filter(([, { until }]) => until > now)
  }

  private get longestMs(): number {
    return (this.parts.targets.target?.policy.transfers.waitForDeltaSeconds ?? 0) * 1000
  }

  private wantedImages(): string[] {
    const apps = this.parts.targets.target?.apps ?? []
    return apps.flatMap(({ services }) => Object.values(services).map(({ image }) => imageReference(image)))
  }
}
