import { Global, Module } from '@nestjs/common'
import { EventStreams } from './sse.js'

@Global()
@Module({ providers: [EventStreams], exports: [EventStreams] })
export class HttpModule {}
