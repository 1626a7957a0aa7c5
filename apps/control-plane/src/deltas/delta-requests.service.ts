import { Injectable } from '@nestjs/common'
import { Transactions } from '../database/transactions.js'
import { DeltaQueue } from './delta-queue.js'
import { type DeltaRequest, ImageDeltasRepository } from './image-deltas.repository.js'

/** Asks for deltas. One that is known already, whatever came of it, is not made again for it. */
@Injectable()
export class DeltaRequests {
  constructor(
    private readonly deltas: ImageDeltasRepository,
    private readonly queue: DeltaQueue,
    private readonly transactions: Transactions,
  ) {}

  /** Gives how many are new. */
  async request(requests: readonly DeltaRequest[]): Promise<number> {
    const added = await this.transactions.run((transaction) => this.deltas.insert(transaction, requests))
    if (added.length > 0) await this.queue.fill()
    return added.length
  }
}
