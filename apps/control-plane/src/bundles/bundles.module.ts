import { Module } from '@nestjs/common'
import { AuditModule } from '../audit/index.js'
import { DeltasModule } from '../deltas/index.js'
import { FleetsModule } from '../fleets/index.js'
import { ReleasesModule } from '../releases/index.js'
import { TargetStateModule } from '../target-state/index.js'
import { BundleImages } from './bundle-images.service.js'
import { BundleJournal, BundleOrders } from './bundle-orders.service.js'
import { BundlePlaces } from './bundle-places.repository.js'
import { BundleTargets } from './bundle-targets.service.js'
import { BundlesController } from './bundles.controller.js'
import { BundleWays } from './bundle-ways.service.js'
import { Bundles } from './bundles.service.js'
import { FleetBlobsController } from './fleet-blobs.controller.js'
import { FleetBlobs } from './fleet-blobs.service.js'

@Module({
  imports: [AuditModule, DeltasModule, FleetsModule, ReleasesModule, TargetStateModule],
  controllers: [BundlesController, FleetBlobsController],
  providers: [BundlePlaces, BundleTargets, BundleImages, BundleWays, Bundles, BundleJournal, BundleOrders, FleetBlobs],
})
export class BundlesModule {}
