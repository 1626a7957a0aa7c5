import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { ServerConfig } from '../../config/config.js'
import { type JobWorker, openWorker } from '../../queue/queue-backend.js'
import { queueServer } from '../../queue/queue-server.js'
import { DeltaAttempts } from './delta-attempts.service.js'
import { DeltaScratch } from './delta-scratch.js'

/** Takes deltas from the queue, a few at a time. */
@Injectable()
export class DeltaWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('deltas')
  private readonly stopping = new AbortController()
  private worker: JobWorker | undefined

  constructor(
    private readonly attempts: DeltaAttempts,
    private readonly scratch: DeltaScratch,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.scratch.sweep(new Date())
    this.worker = openWorker(
      queueServer(this.config),
      'deltas',
      ({ deltaId, attempt }) => this.attempts.run(deltaId, attempt, this.stopping.signal),
      {
        concurrency: this.config.DELTA_CONCURRENCY,
        onError: (err) => this.log.error({ message: 'delta or queue failed', err }),
      },
    )
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort(new Error('The worker is stopped'))
    await this.worker?.close()
  }
}
