import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { AuditModule } from '../audit/index.js'
import { DevicesModule } from '../devices/index.js'
import { FleetsModule } from '../fleets/index.js'
import { HardwareModule } from '../hardware/index.js'
import { RegistryAuthModule } from '../registry-auth/index.js'
import { ReleasesModule } from '../releases/index.js'
import { DeltaPlans } from './delta-plans.service.js'
import { DeltaQueue } from './delta-queue.js'
import { DeltaReadinesses } from './delta-readiness.service.js'
import { DeltaRequests } from './delta-requests.service.js'
import { DeltaUpkeep } from './delta-upkeep.service.js'
import { DemandedDeltas } from './demanded-deltas.service.js'
import { DeviceDownloadCosts } from './device-download-cost.service.js'
import { DownloadCostController } from './download-cost.controller.js'
import { FleetImages } from './fleet-images.repository.js'
import { ImageDelta } from './image-delta.entity.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'
import { ImagePaths } from './image-paths.service.js'
import { ImageSourcesController } from './image-sources.controller.js'
import { ImageSources } from './image-sources.service.js'
import { DeltasBetween } from './deltas-between.service.js'
import { KnownPairs } from './known-pairs.service.js'
import { FleetRegistry } from './making/fleet-registry.js'
import { MakingTimes } from './making-times.repository.js'
import { ReleaseDeltasController } from './release-deltas.controller.js'
import { DeltaJournal, DeltaOrders, ReleaseDeltas } from './release-deltas.service.js'
import { ReleaseDownloadCosts } from './release-downloads.service.js'
import { SeenReleases } from './seen-releases.service.js'

@Module({
  imports: [
    TypeOrmModule.forFeature([ImageDelta]),
    AuditModule,
    DevicesModule,
    FleetsModule,
    HardwareModule,
    RegistryAuthModule,
    ReleasesModule,
  ],
  controllers: [ImageSourcesController, ReleaseDeltasController, DownloadCostController],
  providers: [
    ...[ImageDeltasRepository, FleetImages, FleetRegistry, MakingTimes, DeltaQueue, DeltaRequests],
    ...[DeltaPlans, DeltaReadinesses, DeltaUpkeep],
    ...[ImagePaths, DemandedDeltas, ImageSources],
    ...[
      SeenReleases,
      ReleaseDeltas,
      DeltaJournal,
      DeltaOrders,
      KnownPairs,
      DeltasBetween,
      ReleaseDownloadCosts,
      DeviceDownloadCosts,
    ],
  ],
  exports: [
    ...[ImageDeltasRepository, FleetImages, FleetRegistry, DeltaQueue],
    ...[DeltaPlans, DeltaReadinesses, DeltaUpkeep, DeltasBetween],
  ],
})
export class DeltasModule {}
