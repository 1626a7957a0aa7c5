import type { Target } from '@flotilla/contracts'
import { effectiveTarget, imageReference, planNextSteps, planWithoutTarget, type Plan } from '@flotilla/reconcile'
import { backOffDelay, type BackOff } from '../back-off.js'
import { shortError } from '../errors.js'
import type { Executor } from '../execute/executor.js'
import type { Observer } from '../execute/observer.js'
import type { Clock, Logger } from '../ports.js'
import type { StatusBoard } from '../status-board.js'
import type { TargetKeeper } from '../target/target-keeper.js'
import type { TrialWatch } from '../trial/trial-watch.js'
import { Wake } from './wake.js'

// Events of the engine wake the loop; this is for those that were missed, and for what others do by hand.
const RESYNC_MS = 60_000
// Engine events come in flocks.
const GATHER_MS = 50
// A release that is being watched may be confirmed, or fail, at any moment; one that is watched for hours, at some.
const WATCH_MS = 5_000
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
      trials: TrialWatch
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
    const { targets, executor, observer, trials, board, clock } = this.parts
    const { target } = targets
    // The end of the step wakes the loop.
    if (executor.isRestartingEngine()) return RESYNC_MS
    if (!target) return this.standBy()
    await executor.startForGeneration(target.generation)
    const { current: seen, observed, busy } = await observer.look(target)
    const current = await trials.follow(target, seen)
    if (!current) return 0
    executor.keepDownloads(imagesOf(target, effectiveTarget(target, current.memory)))
    const now = clock.now()
    const plan = planNextSteps(target, current, now)
    // What ended during the look was seen half done: it gets its turn in the round that its end has woken.
    const pauseMs = executor.start(plan.steps, busy)
    if (executor.isRestartingEngine()) trials.beginAnew()
    board.show({ target, current, observed, plan, at: now, progress: executor.progress() })
    return Math.min(trials.isWatching ? WATCH_MS : RESYNC_MS, pauseMs, ...untilMs(plan, now))
  }

  /** The target was lost, or none has come yet: what runs goes on, and nothing else is touched. */
  private async standBy(): Promise<number> {
    const { executor, observer, clock } = this.parts
    const { current, busy } = await observer.look(undefined)
    const now = clock.now()
    const plan = planWithoutTarget(current, now)
    return Math.min(RESYNC_MS, executor.start(plan.steps, busy), ...untilMs(plan, now))
  }

  private tell(error: unknown, failures: number): void {
    this.parts.board.showEngineError(shortError(error))
    this.parts.log.warn('engine not observed', { error, failures })
  }
}

function imagesOf(...targets: Target[]): Set<string> {
  const services = targets.flatMap(({ apps }) => apps.flatMap((app) => Object.values(app.services)))
  return new Set(services.map(({ image }) => imageReference(image)))
}

/** Milliseconds until each moment that is waited for. */
function untilMs({ waits }: Plan, now: number): number[] {
  return waits.flatMap(({ until }) => (until === undefined ? [] : [Math.max(0, until - now)]))
}
