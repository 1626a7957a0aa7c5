import type { Server } from 'node:http'
import { expect, it } from '@jest/globals'
import { Module } from '@nestjs/common'
import { BARE_CONFIG } from '../testing/bare-config.js'
import { createApi } from './create-api.js'
import { HttpModule } from './http.module.js'

@Module({ imports: [HttpModule] })
class EmptyModule {}

it('does not keep a connection for ever on which nothing moves: a board may be gone in the middle of a request', async () => {
  const app = await createApi(EmptyModule, BARE_CONFIG)
  expect((app.getHttpServer() as Server).timeout).toBe(600_000)
  await app.close()
})
