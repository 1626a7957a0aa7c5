import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { parseConfig, ServerConfigSchema } from './config/config.js'
import { createLogger } from './http/create-api.js'
import { WorkerModule } from './worker.module.js'

const config = parseConfig(ServerConfigSchema)
const worker = await NestFactory.createApplicationContext(WorkerModule.forRoot(config), {
  logger: createLogger(config),
  abortOnError: false,
})
worker.enableShutdownHooks()
