import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { DeviceEventsModule } from '../device-events/index.js'
import { FleetsModule } from '../fleets/index.js'
import { DeviceJournal } from './device-journal.service.js'
import { DeviceMoves } from './device-moves.service.js'
import { DeviceViews } from './device-views.service.js'
import { DeviceWrites } from './device-writes.service.js'
import { Device } from './device.entity.js'
import { DevicesController } from './devices.controller.js'
import { DevicesRepository } from './devices.repository.js'
import { DevicesService } from './devices.service.js'
import { ForcedReleasesController } from './forced-releases.controller.js'
import { SightingsRepository } from './sightings.repository.js'
import { Sightings } from './sightings.service.js'
import { TargetReleases } from './target-releases.repository.js'

@Module({
  imports: [TypeOrmModule.forFeature([Device]), FleetsModule, DeviceEventsModule],
  controllers: [DevicesController, ForcedReleasesController],
  providers: [
    DevicesRepository,
    TargetReleases,
    DeviceJournal,
    DeviceMoves,
    DeviceViews,
    DeviceWrites,
    DevicesService,
    SightingsRepository,
    Sightings,
  ],
  exports: [DevicesService, Sightings, TargetReleases],
})
export class DevicesModule {}
