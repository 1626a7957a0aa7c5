import { Module } from '@nestjs/common'
import { FleetsModule } from '../fleets/index.js'
import { SupervisorFollowers } from './supervisor-followers.service.js'
import { SupervisorFollowersRepository } from './supervisor-followers.repository.js'
import { SupervisorReleasesController } from './supervisor-releases.controller.js'
import { SupervisorReleases } from './supervisor-releases.service.js'

@Module({
  imports: [FleetsModule],
  controllers: [SupervisorReleasesController],
  providers: [SupervisorReleases, SupervisorFollowers, SupervisorFollowersRepository],
  exports: [SupervisorReleases],
})
export class SupervisorReleasesModule {}
