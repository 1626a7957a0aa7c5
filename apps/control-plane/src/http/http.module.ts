import { Global, Module } from '@nestjs/common'
import { APP_INTERCEPTOR } from '@nestjs/core'
import { EtagInterceptor } from './etag.interceptor.js'
import { RawRoutes } from './raw-routes.js'
import { EventStreams } from './sse.js'

@Global()
@Module({
  providers: [EventStreams, RawRoutes, { provide: APP_INTERCEPTOR, useClass: EtagInterceptor }],
  exports: [EventStreams, RawRoutes],
})
export class HttpModule {}
