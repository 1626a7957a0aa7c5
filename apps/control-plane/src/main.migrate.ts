import 'reflect-metadata'
import { MigrateConfigSchema, parseConfig } from './config/config.js'
import { migrate } from './database/data-source.js'
import { migrateQueues } from './queue/migrate-queues.js'

const config = parseConfig(MigrateConfigSchema)
await migrate(config.DATABASE_URL)
await migrateQueues(config.DATABASE_URL, config.BUILDER_QUEUE_PASSWORD)
