import {
  createPostgresBackend,
  type Job,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
  withBackend,
} from 'bullmq'
import { type JobPayload, type QueueName, QUEUES } from './jobs.js'

/** Where the queues are: Redis, or a schema of Postgres for each group of queues. */
export type QueueServer = { redisUrl: string } | { databaseUrl: string }

const onPostgres = withBackend(createPostgresBackend)
export const QUEUE_PREFIX = 'flotilla'
const PENDING = new Set(['waiting', 'waiting-children', 'delayed', 'prioritized', 'active'])

/** The sending side of a queue. */
export interface JobQueue<Q extends QueueName> {
  /** A second job with the same id is dropped while the first is known. */
  add(payload: JobPayload<Q>, options?: { jobId?: string; delay?: number }): Promise<void>
  /** Runs `payload` every so often, over all processes together. */
  schedule(payload: JobPayload<Q>, everyMs: number): Promise<void>
  /** Not so any more once the server has lost what it held. */
  isScheduled(payload: JobPayload<Q>): Promise<boolean>
  remove(jobId: string): Promise<void>
  /** Whether a job waits or is worked on; not so once it is done, failed or lost with its server. */
  isPending(jobId: string): Promise<boolean>
  close(): Promise<void>
}

/** The receiving side; `close` waits for the jobs under way. */
export interface JobWorker {
  close(force?: boolean): Promise<void>
}

export function openQueue<Q extends QueueName>(server: QueueServer, name: Q): JobQueue<Q> {
  const jobs = { removeOnComplete: true, removeOnFail: { age: 86_400 } }
  const queue = (
    'redisUrl' in server
      ? new Queue(name, { connection: redis(server.redisUrl), prefix: QUEUE_PREFIX, defaultJobOptions: jobs })
      : new onPostgres.Queue(name, { connection: postgres(server.databaseUrl, name), defaultJobOptions: jobs })
  ) as Queue
  // An unheard 'error' event would end the process; BullMQ reconnects by itself.
  queue.on('error', () => undefined)
  return {
    add: async (payload, options) => void (await queue.add(name, payload, options)),
    schedule: async (payload, everyMs) => {
      await queue.upsertJobScheduler(JSON.stringify(payload), { every: everyMs }, { name, data: payload })
    },
    isScheduled: async (payload) => (await queue.getJobScheduler(JSON.stringify(payload))) !== undefined,
    remove: async (jobId) => void (await queue.remove(jobId)),
    isPending: async (jobId) => PENDING.has(await queue.getJobState(jobId)),
    close: () => queue.close(),
  }
}

export interface JobWorkerOptions {
  concurrency?: number
  // A job whose worker does not renew its lock for so long goes to another worker.
  lockDurationMs?: number
  onError?: (error: Error) => void
}

export function openWorker<Q extends QueueName>(
  server: QueueServer,
  name: Q,
  work: (payload: JobPayload<Q>, job: Job) => Promise<void>,
  options: JobWorkerOptions = {},
): JobWorker {
  const processor = (job: Job) => work(QUEUES[name].payload.parse(job.data) as JobPayload<Q>, job)
  const shared = {
    concurrency: options.concurrency ?? 1,
    lockDuration: options.lockDurationMs ?? 30_000,
    maxStalledCount: 1,
  }
  const worker = (
    'redisUrl' in server
      ? new Worker(name, processor, { ...shared, connection: redis(server.redisUrl), prefix: QUEUE_PREFIX })
      : new onPostgres.Worker(name, processor, { ...shared, connection: postgres(server.databaseUrl, name) })
  ) as Worker
  worker.on('error', options.onError ?? (() => undefined))
  worker.on('failed', (_job, error) => options.onError?.(error))
  return { close: (force) => worker.close(force) }
}

function redis(url: string): NonNullable<(QueueOptions & WorkerOptions)['connection']> {
  return { url, maxRetriesPerRequest: null }
}

function postgres(connectionString: string, name: QueueName) {
  return { connectionString, schema: QUEUES[name].schema, max: 4, application_name: `flotilla-queue-${name}` }
}
