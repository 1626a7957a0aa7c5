import type { Server } from 'node:http'
import { expect, it } from '@jest/globals'
import { Module } from '@nestjs/common'
import { parseConfig, ServerConfigSchema } from '../config/config.js'
import { createApi } from './create-api.js'
import { HttpModule } from './http.module.js'

const config = parseConfig(ServerConfigSchema, {
  DATABASE_URL: 'postgres://nowhere/none',
  DATA_DIR: '/nowhere',
  PUBLIC_URL: 'http://127.0.0.1:1',
  REGISTRY_URL: 'http://127.0.0.1:2',
  LOG_LEVEL: 'error',
})

@Module({ imports: [HttpModule] })
class EmptyModule {}

it('does not keep a connection for ever on which nothing moves: a board may be gone in the middle of a request', async () => {
  const app = await createApi(EmptyModule, config)
  expect((app.getHttpServer() as Server).timeout).toBe(600_000)
  await app.close()
})
