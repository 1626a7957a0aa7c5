import { type DynamicModule, Global, Module } from '@nestjs/common'
import type { ServerConfig } from './config.js'

/** Injection token of the frozen ServerConfig. */
export const CONFIG = Symbol('config')

@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: ServerConfig): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: CONFIG, useValue: config }], exports: [CONFIG] }
  }
}
