import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { DeviceEventsModule } from '../device-events/index.js'
import { FleetTargets } from './fleet-targets.service.js'
import { FleetViews } from './fleet-views.service.js'
import { FleetWrites } from './fleet-writes.service.js'
import { Fleet } from './fleet.entity.js'
import { FleetsController } from './fleets.controller.js'
import { FleetsRepository } from './fleets.repository.js'
import { FleetsService } from './fleets.service.js'
import { ForcedReleasesController } from './forced-releases.controller.js'
import { ForcedReleases } from './forced-releases.service.js'
import { ForcingJournal } from './forcing-journal.service.js'
import { Generations } from './generations.repository.js'

@Module({
  imports: [TypeOrmModule.forFeature([Fleet]), DeviceEventsModule],
  controllers: [FleetsController, ForcedReleasesController],
  providers: [
    FleetsRepository,
    Generations,
    FleetTargets,
    FleetViews,
    FleetWrites,
    ForcingJournal,
    ForcedReleases,
    FleetsService,
  ],
  exports: [FleetsService, Generations],
})
export class FleetsModule {}
