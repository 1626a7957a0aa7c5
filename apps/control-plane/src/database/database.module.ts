import { Global, Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { DatabasePing } from './database-ping.js'
import { databaseOptions } from './data-source.js'
import { Transactions } from './transactions.js'

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [CONFIG],
      useFactory: (config: ServerConfig) => ({ ...databaseOptions(config.DATABASE_URL), autoLoadEntities: true }),
    }),
  ],
  providers: [Transactions, DatabasePing],
  exports: [Transactions, DatabasePing],
})
export class DatabaseModule {}
