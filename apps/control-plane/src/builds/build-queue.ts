import { setTimeout as sleep } from 'node:timers/promises'
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { type JobQueue, openQueue } from '../queue/queue-backend.js'
import { queueServer } from '../queue/queue-server.js'
import { BuildTickets } from './build-tickets.js'
import { BuildsRepository } from './builds.repository.js'

// A queue server that is away must not hold up a push: upkeep fills the queue again.
const PATIENCE_MS = 3_000

/** Hands builds to the builders, of each fleet the oldest alone: its releases are made in the order of the pushes. */
@Injectable()
export class BuildQueue implements OnModuleDestroy {
  private readonly log = new Logger('builds')
  private readonly queue: JobQueue<'builds'>

  constructor(
    private readonly builds: BuildsRepository,
    private readonly tickets: BuildTickets,
    @Inject(CONFIG) config: ServerConfig,
  ) {
    this.queue = openQueue(queueServer(config), 'builds')
  }

  onModuleDestroy(): Promise<void> {
    return this.queue.close()
  }

  /** Queues the next build of a fleet, or of every fleet. What is queued already is left alone. */
  async fill(fleetId?: string): Promise<void> {
    const heads = await this.builds.heads(fleetId)
    for (const { id, attempt } of heads.filter((build) => build.state === 'queued')) {
      await this.patiently(() => this.enqueue(id, attempt + 1))
    }
  }

  /** Takes back a build that no builder has begun; one that has is turned away when it asks. */
  async withdraw(buildId: string, attempt: number): Promise<void> {
    await this.patiently(() => this.queue.remove(jobId(buildId, attempt)))
  }

  private async enqueue(buildId: string, attempt: number): Promise<void> {
    const id = jobId(buildId, attempt)
    if (await this.queue.isPending(id)) return
    // A job that failed (its builder could not reach us) keeps its id for a while.
    await this.queue.remove(id)
    await this.queue.add({ buildId, attempt, token: await this.tickets.issue(buildId, attempt) }, { jobId: id })
  }

  private async patiently(work: () => Promise<void>): Promise<void> {
    const tooLong = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => {
      throw new Error('The queue does not answer')
    })
    await Promise.race([work(), tooLong]).catch((err: unknown) => this.log.warn({ message: 'queue is away', err }))
    tooLong.catch(() => undefined)
  }
}

function jobId(buildId: string, attempt: number): string {
  return `${buildId}-${attempt}`
}
