import { backOffDelay } from '../../back-off.js'
import type { Clock } from '../../ports.js'
import type { Blob, BlobSource } from '../ports.js'
import { SourceError } from './source-error.js'

// A neighbour or a bundle that fails must not keep the link waiting, so it rests while the next one is asked.
const BACK_OFF = { baseMs: 1_000, capMs: 20_000 }
const LONGEST_REST_MS = 300_000
// So often in a row and for so long without a byte; then whoever wanted the blob is told why it does not come.
const MOST_FAILURES = 6
const PATIENCE_MS = 120_000
const SOON_MS = 1_000
// However long all of them rest: a bundle may have been brought meanwhile.
const LOOK_AGAIN_MS = 20_000

interface Turn {
  source: BlobSource
  failures: number
  // Since when nothing came of it; undefined: the last time it worked.
  failsSince?: number
  restsUntil: number
  hasGiven: boolean
  isOut: boolean
}

/** Which source is asked next for one blob: the first that has it and neither rests nor is given up. */
export class SourceTurns {
  private readonly turns: Turn[]
  private lastError?: SourceError

  constructor(
    sources: readonly BlobSource[],
    private readonly blob: Blob,
    private readonly clock: Clock,
  ) {
    this.turns = sources.map((source) => {
      return { source, failures: 0, restsUntil: -Infinity, hasGiven: false, isOut: false }
    })
  }

  /** Waits until there is one; rejects when there will be none. */
  async next(signal: AbortSignal): Promise<BlobSource> {
    for (;;) {
      signal.throwIfAborted()
      const found = await this.ask(signal)
      if (typeof found !== 'number') return found
      await this.clock.sleep(Math.min(found, LOOK_AGAIN_MS), signal)
    }
  }

  gave(source: BlobSource): void {
    const turn = this.turnOf(source)
    turn.hasGiven = true
    turn.failures = 0
    turn.failsSince = undefined
  }

  failed(source: BlobSource, error: SourceError): void {
    const turn = this.turnOf(source)
    const now = this.clock.monotonic()
    this.lastError = error
    // Several connections that broke together broke once.
    if (turn.restsUntil > now) return
    turn.failures++
    turn.failsSince ??= now
    const isHopeless = turn.failures >= MOST_FAILURES && now - turn.failsSince >= PATIENCE_MS
    turn.isOut ||= error.facts.isFinal === true || isHopeless
    const delay = backOffDelay(BACK_OFF, turn.failures, () => this.clock.random())
    turn.restsUntil = now + Math.min(LONGEST_REST_MS, error.facts.retryAfterMs ?? delay)
  }

  /**
   * What came was something else: only the registry's word on what it has is worth a second try. True: somebody is not
   * asked any more who was.
   */
  blame(): boolean {
    const blamed = this.turns.filter((it) => it.hasGiven && !it.isOut && it.source.kind !== 'registry')
    for (const turn of blamed) turn.isOut = true
    return blamed.length > 0
  }

  /** A source, or how long to wait before it is worth asking again. */
  private async ask(signal: AbortSignal): Promise<BlobSource | number> {
    let wait = Infinity
    for (const { source, restsUntil, isOut } of this.turns) {
      const rest = restsUntil - this.clock.monotonic()
      if (isOut) continue
      if (rest > 0) {
        wait = Math.min(wait, rest)
        continue
      }
      const offer = await source.offer(this.blob, signal)
      if (offer === 'ready') return source
      if (offer === 'soon') return Math.min(wait, SOON_MS)
    }
    if (wait < Infinity) return wait
    const { digest } = this.blob
    if (!this.lastError) throw new SourceError(`Nobody has ${digest}`)
    throw new SourceError(`Could not get ${digest}`, this.lastError.facts, { cause: this.lastError })
  }

  private turnOf(source: BlobSource): Turn {
    const turn = this.turns.find((it) => it.source === source)
    if (!turn) throw new Error('A source that was never asked')
    return turn
  }
}
