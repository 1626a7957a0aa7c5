import { Injectable, Logger } from '@nestjs/common'
import { type Transaction, Transactions } from '../database/transactions.js'
import { type BusMessage, LiveBus } from './live-bus.js'

export type Announce = (...messages: BusMessage[]) => void

/** Transactions whose messages go out once they are committed: nobody hears of a change that was rolled back. */
@Injectable()
export class Changes {
  private readonly log = new Logger('live')

  constructor(
    private readonly transactions: Transactions,
    private readonly bus: LiveBus,
  ) {}

  /** Runs `work` in one transaction, then publishes what it announced. */
  async run<T>(work: (transaction: Transaction, announce: Announce) => Promise<T>): Promise<T> {
    let messages: BusMessage[] = []
    const result = await this.transactions.run((transaction) => {
      // It may run again, after what it said has not happened.
      messages = []
      return work(transaction, (...more) => messages.push(...more))
    })
    // The change is made: whoever misses the message finds it in Postgres later.
    await this.bus.publish(messages).catch((err: unknown) => this.log.warn({ message: 'publish failed', err }))
    return result
  }
}
