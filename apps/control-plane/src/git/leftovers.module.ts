import { Module } from '@nestjs/common'
import { BuildsModule } from '../builds/index.js'
import { LeftoversRepository } from './leftovers.repository.js'
import { Leftovers } from './leftovers.service.js'
import { Repositories } from './repositories.js'

/** For the worker, which has no remotes. */
@Module({
  imports: [BuildsModule],
  providers: [Repositories, LeftoversRepository, Leftovers],
  exports: [Leftovers],
})
export class LeftoversModule {}
