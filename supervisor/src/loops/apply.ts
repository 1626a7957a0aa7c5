import type { Target } from '@flotilla/contracts'
import { imageReference, planNextSteps } from '@flotilla/reconcile'
import { backOffDelay, type BackOff } from '../back-off.js'
import { shortError } from '../errors.js'
import type { Executor } from '../execute/executor.js'
import type { Observer } from '../execute/observer.js'
import type { Clock, Logger } from '../ports.js'
import type { StatusBoard } from '../status-board.js'
import type { TargetKeeper } from '../target/target-keeper.js'
import { Wake } from './wake.js'

// Events of the engine wake the loop; this is for those that were missed, and for what others do by hand.
const RESYNC_MS = 60_000
// Engine events come in flocks.
const GATHER_MS = 50
const FINISH_MS = 10_000
const ENGINE_BACK_OFF: BackOff = { baseMs: 1_000, capMs: 30_000 }

/**
 * Observe, plan, start the steps, and look again when one has ended: the loop that makes the board run its target. It
 * needs no network, and nothing that happens to polls or reports stops it.
 */
export class ApplyLoop {
  private readonly wakeUp = new Wake()

  constructor(
    private readonly parts: {
      observer: Observer
      executor: Executor
      targets: TargetKeeper
      board: StatusBoard
      clock: Clock
      log: Logger
    },
  ) {
    const { targets, executor, board } = parts
    targets.changed.add(() => this.wake())
    executor.settled.add(() => this.wake())
    executor.progressed.add(() => board.showProgress(executor.progress()))
  }

  wake(): void {
    this.wakeUp.notify()
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, executor } = this.parts
    let failures = 0
    while (!signal.aborted) {
      let restMs: number
      try {
        restMs = await this.round()
        failures = 0
      } catch (error) {
        failures++
        restMs = backOffDelay(ENGINE_BACK_OFF, failures, () => clock.random())
        this.tell(error, failures)
      }
      await this.wakeUp.wait(clock, restMs, signal)
      await clock.sleep(GATHER_MS, signal)
    }
    // The engine goes on with what it was told, whether somebody waits for its answer or not.
    const patience = new AbortController()
    const finished = executor.finish().finally(() => patience.abort())
    await Promise.race([finished, clock.sleep(FINISH_MS, patience.signal)])
  }

  /** Gives the milliseconds after which to look again, whatever happens until then. */
  private async round(): Promise<number> {
    const { targets, executor, observer, board, clock } = this.parts
    const { target } = targets
    if (!target) return RESYNC_MS
    await executor.startForGeneration(target.generation)
    executor.keepDownloads(imagesOf(target))
    const { current, observed, busy } = await observer.look(target)
    const now = clock.now()
    const plan = planNextSteps(target, current, now)
    // What ended during the look was seen half done: it gets its turn in the round that its end has woken.
    const pauseMs = executor.start(plan.steps, busy)
    board.show({ target, current, observed, plan, at: now, progress: executor.progress() })
    const untilMs = plan.waits.flatMap(({ until }) => (until === undefined ? [] : [Math.max(0, until - now)]))
    return Math.min(RESYNC_MS, pauseMs, ...untilMs)
  }

  private tell(error: unknown, failures: number): void {
    this.parts.board.showEngineError(shortError(error))
    this.parts.log.warn('engine not observed', { error, failures })
  }
}

function imagesOf(target: Target): Set<string> {
  return new Set(target.apps.flatMap((app) => Object.values(app.services).map(({ image }) => imageReference(image))))
}
