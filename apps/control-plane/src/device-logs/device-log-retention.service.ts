import { Injectable } from '@nestjs/common'
import { Transactions } from '../database/transactions.js'
import { RetentionRepository } from './retention.repository.js'

const LINES_TO_KEEP = 100_000

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
    for (const deviceId of await this.logs.deletedDevices()) removed += await this.logs.removeAll(deviceId)
    for (const deviceId of await this.logs.devicesWithMoreThan(keep)) {
      removed += await this.transactions.run((transaction) => this.logs.removeOldest(transaction, deviceId, keep))
    }
    return removed
  }
}
