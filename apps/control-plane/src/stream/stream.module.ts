import { Module } from '@nestjs/common'
import { StreamController } from './stream.controller.js'
import { StreamScopeRepository } from './stream-scope.repository.js'
import { StreamService } from './stream.service.js'

@Module({ controllers: [StreamController], providers: [StreamScopeRepository, StreamService] })
export class StreamModule {}
