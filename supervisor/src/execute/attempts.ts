import { LONGEST_BACK_OFF_MS, type Attempt } from '@flotilla/reconcile'
import { steadyBackOffDelay, type BackOff } from '../back-off.js'
import { EngineFaultError, shortError, TerminalError } from '../errors.js'
import type { Clock, Document } from '../ports.js'
import type { StoredAttempts } from '../stored.js'

const BACK_OFF: BackOff = { baseMs: 2_000, capMs: 600_000 }

/**
 * Steps that failed, and until when they rest. On disk, so that a board that restarts every minute because of them
 * does not also begin anew every minute.
 */
export class Attempts {
  private stored: StoredAttempts = { generation: 0, attempts: {} }

  constructor(
    private readonly document: Document<StoredAttempts>,
    private readonly clock: Clock,
  ) {}

  async load(): Promise<void> {
    this.stored = (await this.document.read()) ?? this.stored
    // That was another engine perhaps: the power was cut, or it was restarted with us in it.
    this.stored = { ...this.stored, attempts: withoutEngineFaults(this.stored.attempts) }
  }

  /** A new target starts afresh. */
  async startFor(generation: number): Promise<void> {
    if (this.stored.generation === generation) return
    const isNothing = Object.keys(this.stored.attempts).length === 0
    this.stored = { generation, attempts: {} }
    // The generation alone is not worth a write to a card.
    if (!isNothing) await this.document.write(this.stored)
  }

  /** What failed until now says nothing about what comes. */
  async forget(): Promise<void> {
    if (Object.keys(this.stored.attempts).length > 0) await this.replace({})
  }

  /** As the plan wants them. A final one always has its longest rest before it. */
  current(): Record<string, Attempt> {
    const never = this.clock.now() + LONGEST_BACK_OFF_MS
    return Object.fromEntries(
      Object.entries(this.stored.attempts).map(([key, { isFinal, ...attempt }]) => [
        key,
        isFinal ? { ...attempt, nextAt: never, isFinal } : attempt,
      ]),
    )
  }

  async failed(key: string, error: unknown): Promise<{ count: number; error: string; isFinal: boolean }> {
    const isFinal = error instanceof TerminalError
    const before = this.stored.attempts[key]
    const count = (before?.count ?? 0) + 1
    const engineFaults = error instanceof EngineFaultError ? (before?.engineFaults ?? 0) + 1 : undefined
    const text = shortError(error)
    const nextAt = this.clock.now() + steadyBackOffDelay(BACK_OFF, count, () => this.clock.random())
    const attempt = { count, nextAt, error: text, ...(isFinal && { isFinal }), ...(engineFaults && { engineFaults }) }
    await this.replace({ ...this.stored.attempts, [key]: attempt })
    return { count, error: text, isFinal }
  }

  async succeeded(key: string): Promise<void> {
    if (!(key in this.stored.attempts)) return
    const { [key]: _done, ...others } = this.stored.attempts
    await this.replace(others)
  }

  /** The engine that was to blame is another one now. */
  async forgetEngineFaults(): Promise<void> {
    await this.replace(withoutEngineFaults(this.stored.attempts))
  }

  private replace(attempts: StoredAttempts['attempts']): Promise<void> {
    this.stored = { ...this.stored, attempts }
    return this.document.write(this.stored)
  }
}

function withoutEngineFaults(attempts: StoredAttempts['attempts']): StoredAttempts['attempts'] {
  return Object.fromEntries(Object.entries(attempts).filter(([, { engineFaults }]) => engineFaults === undefined))
}
