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
import { Generations } from './generations.repository.js'

@Module({
  imports: [TypeOrmModule.forFeature([Fleet]), DeviceEventsModule],
  controllers: [FleetsController],
  providers: [FleetsRepository, Generations, FleetTargets, FleetViews, FleetWrites, FleetsService],
  exports: [FleetsService, Generations],
})
export class FleetsModule {}
