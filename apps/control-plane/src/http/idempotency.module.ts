import { Module } from '@nestjs/common'
import { APP_INTERCEPTOR } from '@nestjs/core'
import { IdempotencyInterceptor } from './idempotency.interceptor.js'
import { IdempotencyKeysRepository } from './idempotency-keys.repository.js'

@Module({
  providers: [IdempotencyKeysRepository, { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor }],
  exports: [IdempotencyKeysRepository],
})
export class IdempotencyModule {}
