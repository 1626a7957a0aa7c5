import { Injectable } from '@nestjs/common'
import { Transactions } from '../database/transactions.js'
import { RetentionRepository } from './retention.repository.js'

const LINES_TO_KEEP = 100_000
// A device may have sent millions since the last time: no statement that goes on for minutes.
const AT_ONCE = 20_000

/** Upkeep: bounds what is kept of the logs of each device. */
@Injectable()
export class DeviceLogRetention {
  constructor(
    private readonly logs: RetentionRepository,
    private readonly transactions: Transactions,
  ) {}

  /** Removes all but the newest lines of each device, and the logs of deleted ones. Gives how many lines that were. */
  async run(keep = LINES_TO_KEEP): Promise<number> {
    let removed = 0
    for (const deviceId of await this.logs.deletedDevices()) {
      removed += await this.keepNewest(deviceId, 0)
      await this.logs.forget(deviceId)
    }
    for (const deviceId of await this.logs.devicesWithMoreThan(keep)) {
      removed += await this.keepNewest(deviceId, keep)
      await this.transactions.run((transaction) => this.logs.recount(transaction, deviceId))
    }
    return removed
  }

  private async keepNewest(deviceId: string, keep: number): Promise<number> {
    const last = await this.logs.lastBeyond(deviceId, keep)
    if (last === undefined) return 0
    let removed = 0
    for (let more = AT_ONCE; more === AT_ONCE; removed += more) {
      more = await this.logs.removeOldest(deviceId, last, AT_ONCE)
    }
    return removed
  }
}
