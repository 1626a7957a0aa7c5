import { Global, Module } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { Changes } from './changes.js'
import { LiveBus } from './live-bus.js'
import { PostgresLiveBus } from './postgres-live-bus.js'
import { RedisLiveBus } from './redis-live-bus.js'

@Global()
@Module({
  providers: [
    {
      provide: LiveBus,
      inject: [CONFIG],
      useFactory: (config: ServerConfig): LiveBus =>
        config.REDIS_URL === undefined ? new PostgresLiveBus(config.DATABASE_URL) : new RedisLiveBus(config.REDIS_URL),
    },
    Changes,
  ],
  exports: [LiveBus, Changes],
})
export class LiveModule {}
