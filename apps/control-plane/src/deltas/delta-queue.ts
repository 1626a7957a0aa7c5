import { setTimeout as sleep } from 'node:timers/promises'
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { type JobQueue, openQueue } from '../queue/queue-backend.js'
import { queueServer } from '../queue/queue-server.js'
import { pauseMs } from './delta-lease.policy.js'
import type { ImageDelta } from './image-delta.entity.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'

// A queue server that is away must not hold up a device or a person: upkeep fills the queue again.
const PATIENCE_MS = 3_000
// The workers are busy with these for long; the rest follows with the next filling.
const MOST_QUEUED = 100

/** Hands deltas that wait to the workers. What is lost here is found again in Postgres. */
@Injectable()
export class DeltaQueue implements OnModuleDestroy {
  private readonly log = new Logger('deltas')
  private readonly queue: JobQueue<'deltas'>

  constructor(
    private readonly deltas: ImageDeltasRepository,
    @Inject(CONFIG) config: ServerConfig,
  ) {
    this.queue = openQueue(queueServer(config), 'deltas')
  }

  onModuleDestroy(): Promise<void> {
    return this.queue.close()
  }

  async fill(): Promise<void> {
    for (const delta of await this.deltas.waiting(MOST_QUEUED)) {
      if (!(await this.patiently(() => this.enqueue(delta)))) return
    }
  }

  private async enqueue({ id, attempt, setbacks }: Pick<ImageDelta, 'id' | 'attempt' | 'setbacks'>): Promise<void> {
    const jobId = `${id}-${attempt + 1}`
    if (await this.queue.isPending(jobId)) return
    // A job that failed keeps its id for a while.
    await this.queue.remove(jobId)
    await this.queue.add({ deltaId: id, attempt: attempt + 1 }, { jobId, delay: pauseMs(setbacks) })
  }

  private async patiently(work: () => Promise<void>): Promise<boolean> {
    const tooLong = sleep(PATIENCE_MS, false, { ref: false })
    try {
      const isDone = await Promise.race([work().then(() => true), tooLong])
      if (!isDone) this.log.warn({ message: 'queue is away' })
      return isDone
    } catch (err) {
      this.log.warn({ message: 'queue is away', err })
      return false
    }
  }
}
