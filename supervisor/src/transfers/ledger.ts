import { allowanceOf, isCounted, NO_USE, useAt, type TransferMoment, type TransferUse } from '@flotilla/reconcile'
import type { TransferPolicy } from '@flotilla/contracts'
import { DurableValue } from '../durable-value.js'
import type { Document } from '../ports.js'

// So much is noted on the disk ahead of its use: a card is written to once for many small downloads, and a power cut makes
// the device count at most this much too much, never too little.
const AHEAD_BYTES = 1024 * 1024

/** What this device has downloaded over links that its policy counts; a power cut forgets none of it. */
export class TransferLedger {
  private readonly noted: DurableValue<TransferUse>
  // As it is; what is noted is this or more.
  private use: TransferUse = NO_USE
  // Bytes that were counted, and have neither come nor been given back yet.
  private awaited = 0
  private queue: Promise<unknown> = Promise.resolve()

  constructor(document: Document<TransferUse>) {
    this.noted = new DurableValue(document, NO_USE)
  }

  async load(): Promise<void> {
    await this.noted.load()
    this.use = this.noted.value
  }

  useAt(moment: TransferMoment): TransferUse {
    return useAt(this.use, moment)
  }

  /** Takes up to so many bytes of what is left, durably, before they are asked for; 0: nothing is left. */
  take(wantedBytes: number, policy: TransferPolicy, moment: TransferMoment): Promise<number> {
    const result = this.queue.then(() => this.takeNow(wantedBytes, policy, moment))
    this.queue = result.catch(() => undefined)
    return result
  }

  /** Bytes that were taken have come. */
  came(bytes: number): void {
    this.awaited = Math.max(0, this.awaited - bytes)
  }

  /** Bytes that were taken and did not come. Those of a link that costs nothing were not counted, and free nothing. */
  giveBack(bytes: number): void {
    const counted = Math.min(bytes, this.awaited)
    this.awaited -= counted
    const { usedToday, usedThisMonth } = this.use
    const less = (used: number) => Math.max(0, used - counted)
    this.use = { ...this.use, usedToday: less(usedToday), usedThisMonth: less(usedThisMonth) }
  }

  /** Notes exactly what was used: nothing more is coming. */
  settle(): Promise<void> {
    return this.noted.update(() => this.use)
  }

  private async takeNow(wantedBytes: number, policy: TransferPolicy, moment: TransferMoment): Promise<number> {
    if (!isCounted(policy, moment)) return wantedBytes
    const remaining = allowanceOf(policy, this.use, moment)?.remainingBytes ?? Infinity
    const granted = Math.min(wantedBytes, remaining)
    if (granted === 0) return 0
    const next = add(useAt(this.use, moment), granted)
    const isNoted = next.day === this.noted.value.day && next.usedThisMonth <= this.noted.value.usedThisMonth
    if (!isNoted) await this.noted.update(() => add(next, Math.min(AHEAD_BYTES, remaining - granted)))
    this.use = add(useAt(this.use, moment), granted)
    this.awaited += granted
    return granted
  }
}

function add(use: TransferUse, bytes: number): TransferUse {
  return { ...use, usedToday: use.usedToday + bytes, usedThisMonth: use.usedThisMonth + bytes }
}
