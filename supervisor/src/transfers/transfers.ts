import { TransferPolicySchema, type DeviceState, type TransferPolicy } from '@flotilla/contracts'
import { allowanceOf, isCapped, type CurrentState, type TransferMoment, type TransferUse } from '@flotilla/reconcile'
import { BudgetSpent, type TransferMeter } from '../images/ports.js'
import { Pace } from '../pace.js'
import type { Core, Part } from '../part.js'
import type { Document } from '../ports.js'
import { TransferLedger } from './ledger.js'
import { isMetered } from './metered-link.js'

export interface TransfersOptions {
  document: Document<TransferUse>
  /** The interface by which the board reaches what is far away; undefined: none. */
  defaultInterface: () => string | undefined
  /** IANA name of the board's own time zone. */
  timeZone: () => string
}

type OfCore = Pick<Core, 'clock' | 'targets'>

const FREE = TransferPolicySchema.parse({})

/** Keeps downloads within the policy's budgets and rate, and tells what is left of them. */
export class Transfers implements TransferMeter {
  private readonly ledger: TransferLedger
  private core?: OfCore
  private pace?: Pace

  constructor(private readonly options: TransfersOptions) {
    this.ledger = new TransferLedger(options.document)
  }

  async part(core: OfCore): Promise<Part> {
    await this.ledger.load()
    this.core = core
    this.pace = new Pace(core.clock, () => this.policy().bytesPerSecond)
    return {
      sources: { allowance: () => this.allowance() },
      report: { transfers: () => this.report() },
      loops: [(end) => this.settleAt(end)],
    }
  }

  async grant(wantedBytes: number): Promise<number> {
    const most = this.pace?.pieceBytes(wantedBytes) ?? wantedBytes
    const granted = await this.ledger.take(most, this.policy(), this.moment())
    if (granted === 0)
      throw new BudgetSpent(`No more may be downloaded: ${this.allowance()?.reason ?? 'it was just spent'}`)
    return granted
  }

  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    this.ledger.came(bytes)
    await this.pace?.spend(bytes, signal)
  }

  giveBack(bytes: number): void {
    this.ledger.giveBack(bytes)
  }

  private policy(): TransferPolicy {
    return this.core?.targets.target?.policy.transfers ?? FREE
  }

  private moment(): TransferMoment {
    const { core, options } = this
    const { meteredInterfaces } = this.policy()
    return {
      now: core?.clock.now() ?? 0,
      timeZones: core?.clock.isKnown() ? [core.targets.target?.policy.timeZone, options.timeZone()] : undefined,
      isMetered: isMetered(options.defaultInterface(), meteredInterfaces),
    }
  }

  private allowance(): CurrentState['allowance'] {
    if (!isCapped(this.policy())) return undefined
    const moment = this.moment()
    return allowanceOf(this.policy(), this.ledger.useAt(moment), moment)
  }

  private report(): DeviceState['transfers'] {
    // Without caps nobody asks, and every download would cost a report more.
    if (!isCapped(this.policy())) return undefined
    const moment = this.moment()
    const { usedToday, usedThisMonth } = this.ledger.useAt(moment)
    const { remainingBytes, resetsAt } = this.allowance() ?? {}
    return {
      usedToday: inSteps(usedToday),
      usedThisMonth: inSteps(usedThisMonth),
      ...(remainingBytes !== undefined && { remainingBytes: inSteps(remainingBytes) }),
      ...(resetsAt !== undefined && moment.timeZones && { resetsAt: new Date(resetsAt).toISOString() }),
      ...(moment.isMetered && { metered: true }),
    }
  }

  private async settleAt(end: AbortSignal): Promise<void> {
    if (!end.aborted) await new Promise((resolve) => end.addEventListener('abort', resolve, { once: true }))
    // A disk that takes nothing counts a little too much; that is no reason to fail at the end.
    await this.ledger.settle().catch(() => undefined)
  }
}

const STEP_BYTES = 100_000

// A report for every packet would cost more than it tells; what is left is said rather too low.
function inSteps(bytes: number): number {
  return Math.floor(bytes / STEP_BYTES) * STEP_BYTES
}
