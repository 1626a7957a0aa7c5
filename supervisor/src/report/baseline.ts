import type { Json } from '@flotilla/contracts'
import type { Document } from '../ports.js'
import type { ReportBaseline } from '../stored.js'

// One write to disk per this many reports: a number must never be used twice, not even after a power cut.
const RESERVED_AT_ONCE = 100

/** What the server has acknowledged, and which number the next report gets. */
export class ReportBaselineKeeper {
  private kept: ReportBaseline = { acknowledged: 0, state: {}, reservedNumber: 0 }
  private lastNumber = 0

  constructor(private readonly document: Document<ReportBaseline>) {}

  async load(): Promise<void> {
    this.kept = (await this.document.read()) ?? this.kept
    this.lastNumber = this.kept.reservedNumber
  }

  get acknowledged(): number {
    return this.kept.acknowledged
  }

  get state(): Record<string, Json> {
    return this.kept.state
  }

  async nextNumber(): Promise<number> {
    this.lastNumber++
    if (this.lastNumber > this.kept.reservedNumber) {
      await this.keep({ ...this.kept, reservedNumber: this.lastNumber + RESERVED_AT_ONCE })
    }
    return this.lastNumber
  }

  acknowledge(number: number, state: Record<string, Json>): Promise<void> {
    return this.keep({ ...this.kept, acknowledged: number, state })
  }

  /** The server holds something else: begin from nothing, above the number that it knows. */
  restart(stored: number): Promise<void> {
    this.lastNumber = Math.max(this.lastNumber, stored)
    return this.keep({
      acknowledged: 0,
      state: {},
      reservedNumber: Math.max(this.kept.reservedNumber, this.lastNumber),
    })
  }

  private async keep(kept: ReportBaseline): Promise<void> {
    this.kept = kept
    await this.document.write(kept)
  }
}
