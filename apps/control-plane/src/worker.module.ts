import { type DynamicModule, Module } from '@nestjs/common'
import { AuditModule } from './audit/index.js'
import { AuthModule } from './auth/index.js'
import { ConfigModule } from './config/config.module.js'
import type { ServerConfig } from './config/config.js'
import { DatabaseModule } from './database/database.module.js'
import { DeltaMakingModule } from './deltas/index.js'
import { HttpModule } from './http/http.module.js'
import { LiveModule } from './live/live.module.js'
import { SigningKeysModule } from './signing-keys/index.js'
import { UpkeepModule } from './upkeep/index.js'

/** What main.worker runs: no door to the outside, the features for their upkeep alone. */
@Module({})
export class WorkerModule {
  static forRoot(config: ServerConfig): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ConfigModule.forRoot(config),
        HttpModule,
        DatabaseModule,
        LiveModule,
        ...[SigningKeysModule, AuthModule, AuditModule, UpkeepModule, DeltaMakingModule],
      ],
    }
  }
}
