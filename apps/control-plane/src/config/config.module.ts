import { type DynamicModule, Global, Module } from '@nestjs/common'
import type { MigrateConfig, ServerConfig } from './config.js'

/** Injection token of the program's frozen configuration. */
export const CONFIG = Symbol('config')

@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: ServerConfig | MigrateConfig): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: CONFIG, useValue: config }], exports: [CONFIG] }
  }
}
