import 'reflect-metadata'
import { tmpdir } from 'node:os'
import { Logger } from '@nestjs/common'
import { ControlPlaneClient } from './builder/control-plane-client.js'
import { BuilderEngine } from './builder/engine.js'
import { runBuild } from './builder/run-build.js'
import { removeLeftScratch } from './builder/scratch.js'
import { BuilderConfigSchema, parseConfig } from './config/config.js'
import { createLogger } from './http/create-api.js'
import { openWorker, type QueueServer } from './queue/queue-backend.js'

const config = parseConfig(BuilderConfigSchema)
Logger.overrideLogger(createLogger(config))
const log = new Logger('builder')
const stopping = new AbortController()
const tools = {
  engine: new BuilderEngine(config.DOCKER_HOST),
  diskLimitBytes: config.BUILDER_DISK_LIMIT_BYTES,
  scratchFolder: tmpdir(),
  stopping: stopping.signal,
}
await removeLeftScratch(tools.scratchFolder)
const server: QueueServer =
  config.REDIS_URL === undefined ? { databaseUrl: config.QUEUE_DATABASE_URL ?? '' } : { redisUrl: config.REDIS_URL }

const worker = openWorker(
  server,
  'builds',
  async ({ buildId, attempt, token }) => {
    log.log({ message: 'build taken up', buildId, attempt })
    const client = new ControlPlaneClient(config.CONTROL_PLANE_URL, buildId, token, stopping.signal)
    await runBuild(client, attempt, tools)
    log.log({ message: 'build done', buildId, attempt })
  },
  {
    concurrency: config.BUILDER_CONCURRENCY,
    onError: (err) => log.warn({ message: 'build or queue failed', err }),
  },
)
log.log({ message: 'waiting for builds', engine: config.DOCKER_HOST })

async function stop(): Promise<void> {
  stopping.abort()
  await worker.close()
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
