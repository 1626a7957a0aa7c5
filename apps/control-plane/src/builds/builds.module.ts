import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { RegistryAuthModule } from '../registry-auth/index.js'
import { ReleasesModule } from '../releases/index.js'
import { BuildCancellation } from './build-cancellation.service.js'
import { BuildEnds } from './build-ends.service.js'
import { BuildFeed } from './build-feed.service.js'
import { BuildClaims, BuildOrders } from './build-orders.service.js'
import { BuildOutputRepository } from './build-output.repository.js'
import { BuildQueue } from './build-queue.js'
import { BuildSubmissions } from './build-submissions.service.js'
import { BuildTickets } from './build-tickets.js'
import { BuildUpkeep } from './build-upkeep.service.js'
import { BuildViews } from './build-views.service.js'
import { Build } from './build.entity.js'
import { BuilderDoorController } from './builder-door.controller.js'
import { BuilderDoor } from './builder-door.service.js'
import { BuildsController } from './builds.controller.js'
import { BuildsRepository } from './builds.repository.js'
import { BuildsService } from './builds.service.js'
import { SourceArchives } from './source-archives.js'

@Module({
  imports: [TypeOrmModule.forFeature([Build]), ReleasesModule, RegistryAuthModule],
  controllers: [BuildsController, BuilderDoorController],
  providers: [
    ...[BuildsRepository, BuildOutputRepository, SourceArchives, BuildTickets, BuildQueue],
    ...[BuildEnds, BuildSubmissions, BuildClaims, BuildOrders, BuilderDoor, BuildCancellation, BuildUpkeep],
    ...[BuildFeed, BuildViews, BuildsService],
  ],
  exports: [BuildsService, BuildFeed, BuildUpkeep, SourceArchives],
})
export class BuildsModule {}
