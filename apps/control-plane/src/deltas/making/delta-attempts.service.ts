import { Injectable, Logger } from '@nestjs/common'
import { anySignal } from 'any-signal'
import { RENEW_EVERY_MS } from '../delta-lease.policy.js'
import { DeltaQueue } from '../delta-queue.js'
import type { ImageDelta } from '../image-delta.entity.js'
import { DeltaFailure, LeaseLost } from './delta-failure.js'
import { DeltaLeases, type Outcome } from './delta-leases.service.js'
import { DeltaMaking } from './delta-making.service.js'

/** One attempt at a delta, from the claim to what came of it. */
@Injectable()
export class DeltaAttempts {
  private readonly log = new Logger('deltas')

  constructor(
    private readonly leases: DeltaLeases,
    private readonly making: DeltaMaking,
    private readonly queue: DeltaQueue,
  ) {}

  async run(id: string, attempt: number, stopping: AbortSignal): Promise<void> {
    const delta = await this.leases.claim(id, attempt)
    if (!delta) return
    const lost = new AbortController()
    const renewal = setInterval(() => void this.renew(delta, lost), RENEW_EVERY_MS)
    const started = Date.now()
    try {
      const outcome = await this.attempt(delta, [stopping, lost.signal])
      await this.leases.end(delta, outcome)
      this.log.log({ message: 'delta done', delta: id, attempt, ms: Date.now() - started, ...outcome })
      if (outcome.state === 'setback') await this.queue.fill()
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error
      this.log.warn({ message: 'delta lost', delta: id, attempt })
    } finally {
      clearInterval(renewal)
    }
  }

  private async attempt(delta: ImageDelta, [stopping, lost]: [AbortSignal, AbortSignal]): Promise<Outcome> {
    const deadline = AbortSignal.timeout(Math.max(0, (delta.deadlineAt?.getTime() ?? 0) - Date.now()))
    const stop = anySignal([stopping, lost, deadline])
    try {
      return await this.making.make(delta, stop)
    } catch (error) {
      if (lost.aborted) throw lost.reason
      if (stopping.aborted) return { state: 'handed-back' }
      if (deadline.aborted) {
        return { state: 'failed', reason: 'Making it takes longer than it may; see DELTA_TIMEOUT_SECONDS.' }
      }
      if (error instanceof DeltaFailure) return { state: 'failed', reason: error.message }
      this.log.warn({ message: 'delta set back', delta: delta.id, err: error })
      return { state: 'setback', reason: (error as Error).message }
    } finally {
      stop.clear()
    }
  }

  private async renew(delta: ImageDelta, lost: AbortController): Promise<void> {
    try {
      await this.leases.renew(delta)
    } catch (error) {
      // A database that is away is asked again in a moment.
      if (error instanceof LeaseLost) lost.abort(error)
    }
  }
}
