import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { DeltaPlans } from '../deltas/index.js'
import type { JobPayload } from '../queue/jobs.js'
import { type JobQueue, type JobWorker, openQueue, openWorker } from '../queue/queue-backend.js'
import { queueServer } from '../queue/queue-server.js'
import { Expiry } from './expiry.service.js'
import { Leases } from './leases.service.js'

type Task = JobPayload<'upkeep'>['task']

const EVERY_MS: Record<Task, number> = {
  'build-leases': 10_000,
  'delta-leases': 10_000,
  // A release that becomes final is planned for at once; this is for what changed elsewhere, or was missed.
  'delta-plans': 600_000,
  'device-commands': 60_000,
  'expired-rows': 3_600_000,
}

// A Redis that came back empty has forgotten what is to be run; what else it forgot is found by that.
const LOOK_MS = 10_000

const SCHEDULE = Object.entries(EVERY_MS) as [Task, number][]

/** Runs the periodic work of all features, once over all workers together, and once at every start. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('upkeep')
  private queue: JobQueue<'upkeep'> | undefined
  private worker: JobWorker | undefined
  private look: NodeJS.Timeout | undefined
  private isClosed = false

  constructor(
    private readonly leases: Leases,
    private readonly deltas: DeltaPlans,
    private readonly expiry: Expiry,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const server = queueServer(this.config)
    this.queue = openQueue(server, 'upkeep')
    for (const [task, everyMs] of SCHEDULE) await this.queue.schedule({ task }, everyMs)
    await this.run('build-leases')
    await this.run('delta-leases')
    this.worker = openWorker(server, 'upkeep', ({ task }) => this.run(task), {
      onError: (err) => this.log.error({ message: 'upkeep failed', err }),
    })
    this.lookLater(this.queue)
    this.log.log({ message: 'waiting for work' })
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true
    clearTimeout(this.look)
    await this.worker?.close()
    await this.queue?.close()
  }

  /** One look after the other: where the queue's server is away, a look waits for it. */
  private lookLater(queue: JobQueue<'upkeep'>): void {
    this.look = setTimeout(() => {
      scheduleLost(queue)
        .catch((err: unknown) => this.isClosed || this.log.warn({ message: 'queue is away', err }))
        .finally(() => this.isClosed || this.lookLater(queue))
    }, LOOK_MS)
    this.look.unref()
  }

  private async run(task: Task): Promise<void> {
    switch (task) {
      case 'build-leases':
        return this.leases.ofBuilds()
      case 'delta-leases':
        return this.leases.ofDeltas()
      case 'delta-plans':
        return this.deltas.run()
      case 'device-commands':
        return this.leases.ofCommands()
      case 'expired-rows':
        return this.expiry.run()
    }
  }
}

async function scheduleLost(queue: JobQueue<'upkeep'>): Promise<void> {
  for (const [task, everyMs] of SCHEDULE) {
    if (!(await queue.isScheduled({ task }))) await queue.schedule({ task }, everyMs)
  }
}
