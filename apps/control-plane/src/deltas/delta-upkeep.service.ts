import { Injectable, Logger } from '@nestjs/common'
import { Transactions } from '../database/transactions.js'
import { judge } from './delta-lease.policy.js'
import { DeltaQueue } from './delta-queue.js'
import type { ImageDelta } from './image-delta.entity.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'

/** Begins again what lost its worker, and fills a queue that lost its jobs. */
@Injectable()
export class DeltaUpkeep {
  private readonly log = new Logger('deltas')

  constructor(
    private readonly deltas: ImageDeltasRepository,
    private readonly queue: DeltaQueue,
    private readonly transactions: Transactions,
  ) {}

  async run(now = new Date()): Promise<void> {
    for (const delta of await this.deltas.making()) {
      if (judge(delta, now).kind !== 'keep') await this.treat(delta, now)
    }
    await this.queue.fill()
  }

  private async treat({ id }: ImageDelta, now: Date): Promise<void> {
    await this.transactions.run(async (transaction) => {
      // Again under the lock: its worker may have come back.
      const delta = await this.deltas.lock(transaction, id)
      const verdict = delta ? judge(delta, now) : undefined
      if (!delta || !verdict || verdict.kind === 'keep') return
      const over = verdict.kind === 'fail' && { state: 'failed' as const, endedAt: now }
      const { reason } = verdict
      const lost = { state: 'waiting' as const, setbacks: delta.setbacks + 1, leaseUntil: null, deadlineAt: null }
      await this.deltas.update(transaction, id, { ...lost, reason, ...over })
      this.log.warn({ message: 'delta lost its lease', delta: id, attempt: delta.attempt })
    })
  }
}
