import { withAbort } from '../../abort.js'
import type { Clock } from '../../ports.js'
import {
  BudgetSpent,
  type Blob,
  type BlobSource,
  type ByteRange,
  type SourceKind,
  type TransferMeter,
} from '../ports.js'
import type { PartFile } from './part-file.js'
import type { RangeCourse } from './range-sizes.js'
import { RangeSet, bytesIn } from './ranges.js'
import { SilentRanges, type RangeReading } from './silent-ranges.js'
import { SourceError } from './source-error.js'
import type { SourceTraffic } from './source-traffic.js'
import type { SourceTurns } from './source-turns.js'
import { unlessSilent, type Watch } from './unless-silent.js'
import { weigh } from './weigh.js'

// A lossy link gives a connection less than its share, several at once come near to all of it.
const WORKERS = 3
// Between two looks at a budget that is spent.
const BUDGET_PAUSE_MS = 15_000

export interface FillOrder {
  blob: Blob
  turns: SourceTurns
  traffic: SourceTraffic
  meter: TransferMeter
  clock: Clock
  onBytes: (kind: SourceKind, bytes: number) => void
}

interface Attempt extends RangeCourse {
  source: BlobSource
  isBroken: boolean
}

/** Fetches what a part lacks, in several ranges at once. What has come when it fails is safe. */
export async function fillPart(part: PartFile, order: FillOrder, signal: AbortSignal): Promise<void> {
  const fill = async (controller: AbortController, waits: AbortController) => {
    const filling = new Filling(part, order, controller.signal, waits)
    while (filling.gap()) {
      // Only one goes on where one connection has to do.
      const workers = Array.from({ length: filling.isSequential ? 1 : WORKERS }, () => filling.work())
      await Promise.all(workers.map((work) => work.catch((error: unknown) => controller.abort(error))))
      await filling.recall().catch((error: unknown) => controller.abort(error))
      if (controller.signal.aborted) await part.commit()
      controller.signal.throwIfAborted()
    }
  }
  await withAbort(signal, (controller) => withAbort(controller.signal, (waits) => fill(controller, waits)))
}

class Filling {
  // On their way.
  private readonly claimed = new RangeSet()
  private readonly silent = new SilentRanges()
  isSequential = false

  constructor(
    private readonly part: PartFile,
    private readonly order: FillOrder,
    private readonly signal: AbortSignal,
    // Of workers for a source; they are over with the last byte, too.
    private readonly waits: AbortController,
  ) {}

  /** The first bytes that are neither there nor on their way. */
  gap(): ByteRange | undefined {
    return this.part.firstGap(this.claimed)
  }

  /** Until nothing is left to be asked for, or it turns out that ranges are not to be had. */
  async work(): Promise<void> {
    const { isSequential } = this
    while (this.gap() && this.isSequential === isSequential) {
      const turn = await this.turn()
      if (!turn) return
      try {
        await this.fetchFrom(turn.source)
      } finally {
        turn.giveBack()
      }
    }
  }

  /** Waits until a source may be read; undefined: others have brought all that was missing meanwhile. */
  private async turn(): Promise<{ source: BlobSource; giveBack: () => void } | undefined> {
    const { turns, traffic } = this.order
    const { signal } = this.waits
    try {
      const source = await turns.next(signal)
      return { source, giveBack: await traffic.slot(source, signal) }
    } catch (error) {
      if (this.isComplete && !this.signal.aborted) return undefined
      throw error
    }
  }

  // Not where the rest is only on its way: it may break, and whoever waits is needed then.
  private get isComplete(): boolean {
    return this.part.bytes === this.order.blob.sizeBytes
  }

  /** Nothing is on its way any more when it resolves. */
  recall(): Promise<void> {
    return this.silent.recall()
  }

  private async fetchFrom(source: BlobSource): Promise<void> {
    const claim = this.claim(source)
    if (!claim) return
    this.claimed.add(claim)
    await this.silent.run(this.signal, async (reading) => {
      try {
        const range = await this.granted(source, claim)
        if (range) await this.fetch(source, range, reading)
      } finally {
        this.claimed.remove(claim)
      }
      if (this.isComplete) this.waits.abort(new SourceError('All of it has come'))
      await this.part.hashWhatIsThere()
    })
  }

  private claim(source: BlobSource): ByteRange | undefined {
    const gap = this.gap()
    if (!gap) return undefined
    if (this.isSequential) return { first: gap.first, last: this.order.blob.sizeBytes - 1 }
    return { first: gap.first, last: Math.min(gap.last, gap.first + this.order.traffic.sizes(source).next() - 1) }
  }

  /** Undefined: the budget is spent. Somebody who costs nothing may have the blob in a while, or there is a new day. */
  private async granted(source: BlobSource, { first, last }: ByteRange): Promise<ByteRange | undefined> {
    if (source.kind !== 'registry') return { first, last }
    const { meter, clock } = this.order
    try {
      const bytes = await meter.grant(bytesIn({ first, last }), this.signal)
      return { first, last: Math.min(last, first + bytes - 1) }
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error
      await this.part.commit()
      await clock.sleep(BUDGET_PAUSE_MS, this.signal)
      return undefined
    }
  }

  private async fetch(source: BlobSource, range: ByteRange, { signal, letWait }: RangeReading): Promise<void> {
    const { clock, traffic, meter } = this.order
    const startedAt = clock.monotonic()
    const attempt: Attempt = { source, bytes: 0, startedAt, lastAt: startedAt, isBroken: false }
    // Where nothing came there may be no connection at all.
    const onSilent = () => attempt.bytes > 0 && letWait() && this.passOver(attempt)
    try {
      for await (const bytes of this.read(source, range, { signal, onSilent })) {
        await this.take(source, bytes, range.first + attempt.bytes)
        attempt.bytes += bytes.length
        attempt.lastAt = clock.monotonic()
      }
      if (!attempt.isBroken) traffic.sizes(source).worked(attempt)
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      this.signal.throwIfAborted()
      this.isSequential ||= error.facts.isSequential === true
      this.breakOff(attempt, error)
      // It may be long until there is more.
      await this.part.commit()
    } finally {
      if (source.kind === 'registry') meter.giveBack?.(bytesIn(range) - attempt.bytes)
    }
  }

  /** It is silent, and others are asked. */
  private passOver(attempt: Attempt): true {
    this.breakOff(attempt, new SourceError('It has become silent'))
    // Its failure is told by the next write.
    this.part.commit().catch(() => undefined)
    return true
  }

  /** Counts once, also where silence was followed by worse. */
  private breakOff(attempt: Attempt, error: SourceError): void {
    if (attempt.isBroken) return
    attempt.isBroken = true
    const { traffic, turns, clock } = this.order
    traffic.sizes(attempt.source).broke(attempt, clock.monotonic())
    turns.failed(attempt.source, error)
  }

  private async take(source: BlobSource, bytes: Uint8Array, position: number): Promise<void> {
    await this.part.write(bytes, position)
    weigh(bytes.length)
    this.order.turns.gave(source)
    this.order.onBytes(source.kind, bytes.length)
    if (source.kind === 'registry') await this.order.meter.spend(bytes.length, this.signal)
  }

  /** Exactly the range; whatever goes wrong is a SourceError. */
  private async *read(source: BlobSource, range: ByteRange, watch: Omit<Watch, 'clock'>): AsyncGenerator<Uint8Array> {
    const { blob, clock } = this.order
    let left = bytesIn(range)
    const pieces = unlessSilent((signal) => source.read(blob, range, signal), { ...watch, clock })
    for await (const bytes of asSourceErrors(pieces)) {
      if (bytes.length > left) throw new SourceError('More came than was asked for')
      left -= bytes.length
      if (bytes.length > 0) yield bytes
    }
    if (left > 0) throw new SourceError(`${left} bytes of what was asked for did not come`)
  }
}

async function* asSourceErrors(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (cause) {
    if (cause instanceof SourceError) throw cause
    throw new SourceError('It could not be read', {}, { cause })
  }
}
