import { stepKey, type Attempt, type DownloadState, type Step } from '@flotilla/reconcile'
import { withAbort } from '../abort.js'
import type { EventRecorder } from '../events.js'
import type { DownloadProgress } from '../images/ports.js'
import { isPostponed } from '../images/postponed.js'
import { Listeners } from '../listeners.js'
import type { Clock, Logger } from '../ports.js'
import type { Attempts } from './attempts.js'
import { Downloads } from './downloads.js'
import { Pacing } from './pacing.js'
import type { Repairs } from './repairs.js'
import type { StepRunner } from './run-step.js'
import { resourceOf, stepFacts } from './step-facts.js'

interface Running {
  step: Step
  controller: AbortController
  done: Promise<void>
}

/** Who wants to hear how a step ended. */
interface Asked {
  resolve: () => void
  reject: (error: unknown) => void
}

/**
 * Carries out steps side by side, at most one at a time for each thing (a service's containers, a network, an image),
 * and keeps account of those that fail. A download holds up nothing else.
 */
export class Executor {
  /** A step has ended, one way or the other: look again. */
  readonly settled = new Listeners()
  readonly progressed = new Listeners()
  private readonly running = new Map<string, Running>()
  private readonly pacing: Pacing
  private readonly downloads: Downloads

  constructor(
    private readonly parts: {
      runner: Pick<StepRunner, 'run'>
      attempts: Attempts
      repairs: Repairs
      events: EventRecorder
      clock: Clock
      log: Logger
    },
    private readonly signal: AbortSignal,
  ) {
    this.pacing = new Pacing(parts.clock)
    this.downloads = new Downloads(parts.clock)
  }

  attempts(): Record<string, Attempt> {
    return this.parts.attempts.current()
  }

  startForGeneration(generation: number): Promise<void> {
    return this.parts.attempts.startFor(generation)
  }

  /** What failed until now says nothing about what comes. */
  forgetAttempts(): Promise<void> {
    return this.parts.attempts.forget()
  }

  /** What steps are at work on now. */
  busy(): Set<string> {
    return new Set(this.running.keys())
  }

  /** What is seen of it meanwhile means nothing. */
  isRestartingEngine(): boolean {
    return [...this.running.values()].some(({ step }) => step.kind === 'restart-engine')
  }

  /** repository@digest of the images that are on their way. */
  downloading(): string[] {
    return [...this.running.values()].flatMap(({ step }) => (step.kind === 'pull-image' ? [step.image] : []))
  }

  /** By image, as far as that can be said. */
  progress(): Record<string, DownloadState> {
    return this.downloads.shown()
  }

  /** Starts those whose thing is idle and not in `except`. Gives the milliseconds until one that is held back may go. */
  start(steps: readonly Step[], except: ReadonlySet<string>): number {
    this.pacing.forgetOld()
    let shortestPause = Infinity
    for (const step of steps) {
      const resource = resourceOf(step)
      if (except.has(resource) || this.running.has(resource)) continue
      const pause = this.pacing.pause(stepKey(step))
      if (pause > 0) shortestPause = Math.min(shortestPause, pause)
      else this.begin(resource, step)
    }
    return shortestPause
  }

  /** Carries out one step as soon as its thing is idle; rejects where it fails. It counts as no attempt of the plan's. */
  async perform(step: Step): Promise<void> {
    const resource = resourceOf(step)
    for (let other = this.running.get(resource); other; other = this.running.get(resource)) await other.done
    await new Promise<void>((resolve, reject) => this.begin(resource, step, { resolve, reject }))
  }

  /** Ends downloads that nobody wants any more; that is no failure. */
  keepDownloads(images: ReadonlySet<string>): void {
    for (const { step, controller } of this.running.values()) {
      if (step.kind === 'pull-image' && !images.has(step.image)) controller.abort(new Error('No longer wanted'))
    }
  }

  /** Resolves when nothing runs any more. */
  async finish(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ done }) => done))
  }

  private begin(resource: string, step: Step, asked?: Asked): void {
    const done = withAbort(this.signal, (controller) => {
      const entry: Running = { step, controller, done: Promise.resolve() }
      this.running.set(resource, entry)
      return this.carryOut(step, entry, asked)
    }).finally(() => {
      this.running.delete(resource)
      if (step.kind === 'pull-image') this.downloads.end(step.image)
      this.settled.notify()
    })
    const entry = this.running.get(resource)
    if (entry) entry.done = done
  }

  /** Never rejects: what a step throws is its attempt's, or of whoever asked for it. */
  private async carryOut(step: Step, entry: Running, asked?: Asked): Promise<void> {
    const { runner, clock, log } = this.parts
    const { signal } = entry.controller
    const startedAt = clock.monotonic()
    const onProgress = (progress: DownloadProgress) => {
      if (step.kind === 'pull-image' && this.downloads.note(step.image, progress)) this.progressed.notify()
    }
    log.debug('step begins', { ...stepFacts(step) })
    try {
      await runner.run(step, { signal, onProgress })
    } catch (error) {
      // Cut short on purpose: it says nothing about the step.
      if (!signal.aborted) await this.note(step, () => this.takeFailure(step, error, asked))
      return asked?.reject(error)
    }
    const seconds = Math.round((clock.monotonic() - startedAt) / 100) / 10
    await this.note(step, () => this.noteSuccess(step, seconds))
    asked?.resolve()
  }

  private async noteSuccess(step: Step, seconds: number): Promise<void> {
    this.pacing.succeeded(stepKey(step))
    if (step.kind === 'pull-image') this.parts.repairs.notePulled(step.image)
    if (step.kind === 'restart-engine') await this.parts.attempts.forgetEngineFaults()
    await this.parts.attempts.succeeded(stepKey(step))
    await this.parts.events.record('step-done', { ...stepFacts(step), seconds })
  }

  /** What was spoiled and is repaired says nothing of the step. */
  private async takeFailure(step: Step, error: unknown, asked?: Asked): Promise<void> {
    // The plan waits for what it is; and where it does not know that yet, it is not asked at once.
    if (isPostponed(error)) return this.pacing.succeeded(stepKey(step))
    const isRepaired = await this.parts.repairs.repair(step, error)
    if (!isRepaired && !asked) await this.noteFailure(step, error)
  }

  private async noteFailure(step: Step, error: unknown): Promise<void> {
    const attempt = await this.parts.attempts.failed(stepKey(step), error)
    await this.parts.events.record('step-failed', { ...stepFacts(step), ...attempt })
  }

  /** A disk that takes no more must not stop the loop: the engine shows what was done. */
  private async note(step: Step, write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      this.parts.log.error('step could not be accounted for', { step: step.kind, error })
    }
  }
}
