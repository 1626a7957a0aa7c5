import type { Json, Target } from '@flotilla/contracts'
import {
  advance,
  reject,
  type Advance,
  type CurrentState,
  type DeviceMemory,
  type TrialEvent,
  type Verdict,
  type Watch,
} from '@flotilla/reconcile'
import type { EventRecorder } from '../events.js'
import type { Attempts } from '../execute/attempts.js'
import type { MemoryKeeper } from '../memory-keeper.js'
import type { Clock, Engine, Logger } from '../ports.js'
import type { RequestsKeeper } from '../requests-keeper.js'
import { collectEvidence } from './collect-evidence.js'

// A round that comes later than this after the one before saw nothing of what was between them: the engine was away, or
// the board asleep. While a release is watched there is one every few seconds.
const LONGEST_STRETCH_MS = 15_000
const LONGEST_TOLD_LOG = 4000

/**
 * Watches releases from round to round. What it comes to is on disk before anything is done by it; a disk that takes
 * nothing leaves the memory as it was, and what runs is kept running.
 */
export class TrialWatch {
  private watches: Record<string, Watch> = {}
  private lookedAt?: number
  private isDiskFailing = false

  constructor(
    private readonly parts: {
      engine: Engine
      memory: MemoryKeeper
      requests: RequestsKeeper
      attempts: Attempts
      events: EventRecorder
      clock: Clock
      log: Logger
    },
  ) {}

  /** Whether a release is being watched now, so that somebody should look often. */
  get isWatching(): boolean {
    return Object.keys(this.watches).length > 0
  }

  /** All that runs is cut short, as by a power cut: what comes is looked at as after a start. */
  beginAnew(): void {
    this.watches = {}
  }

  /** The state to plan with. Undefined: a release was given up, and all is to be looked at anew. */
  async follow(target: Target, current: CurrentState): Promise<CurrentState | undefined> {
    const monotonic = this.parts.clock.monotonic()
    const elapsedMs = Math.min(LONGEST_STRETCH_MS, monotonic - (this.lookedAt ?? monotonic))
    try {
      const advanced = await this.advance(target, current, elapsedMs)
      this.lookedAt = monotonic
      this.isDiskFailing = false
      for (const verdict of advanced.verdicts) await this.giveUp(verdict)
      if (advanced.verdicts.length > 0) return undefined
    } catch (error) {
      this.tell(error)
    }
    const { memory, attempts } = this.parts
    return { ...current, memory: memory.memory, watches: this.watches, attempts: attempts.current() }
  }

  private async advance(target: Target, current: CurrentState, elapsedMs: number): Promise<Advance> {
    const { memory, clock, attempts } = this.parts
    for (;;) {
      const before = memory.memory
      const now = clock.now()
      const advanced = advance(target, { ...current, memory: before, watches: this.watches }, { now, elapsedMs })
      if (advanced.forgetAttempts) await attempts.forget()
      let isApplied = false
      await memory.update((newest) => {
        // The executor has noted something meanwhile: once more, with that.
        if (newest !== before) return newest
        isApplied = true
        return advanced.isChanged ? advanced.memory : newest
      })
      if (!isApplied) continue
      this.watches = advanced.watches
      await this.record(before, advanced)
      return advanced
    }
  }

  private async record(before: DeviceMemory, { memory, events, spentRequests, verdicts }: Advance): Promise<void> {
    for (const [appId, { trial }] of Object.entries(memory)) {
      if (!trial || before[appId]?.trial?.fingerprint === trial.fingerprint) continue
      if (verdicts.some((verdict) => verdict.appId === appId && verdict.isRefusal)) continue
      const { releaseId, version } = trial
      await this.parts.events.record('trial-started', { appId, releaseId, version })
    }
    for (const event of events) await this.tellOf(event)
    if (spentRequests.length === 0) return
    await this.parts.requests.edit((requests) => {
      const forced = Object.entries(requests.forced).filter(([appId]) => !spentRequests.includes(appId))
      return { ...requests, forced: Object.fromEntries(forced) }
    })
  }

  private async giveUp(verdict: Verdict): Promise<void> {
    const { engine, memory, clock, log } = this.parts
    const evidence = await collectEvidence(engine, verdict, log)
    let events: TrialEvent[] = []
    await memory.update((newest) => {
      const rejected = reject(newest, verdict, { at: clock.now(), evidence })
      events = rejected.events
      return rejected.memory
    })
    const { rejected, trial } = memory.memory[verdict.appId] ?? {}
    const { services = {} } = rejected?.rejection ?? trial?.lastFailure ?? {}
    const told = Object.entries(services).map(([service, { lastLines, ...facts }]) => [
      service,
      { ...facts, ...(lastLines !== undefined && { lastLines: lastLines.slice(-LONGEST_TOLD_LOG) }) },
    ])
    for (const event of events) await this.tellOf(event, { services: Object.fromEntries(told) as Json })
  }

  private tellOf({ kind, detail }: TrialEvent, more: Record<string, Json> = {}): Promise<void> {
    return this.parts.events.record(kind, { ...detail, ...more })
  }

  private tell(error: unknown): void {
    if (!this.isDiskFailing) this.parts.log.error('what is remembered of releases could not be kept', { error })
    this.isDiskFailing = true
  }
}
