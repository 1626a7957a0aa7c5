import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { FleetsModule } from '../fleets/index.js'
import { ReleaseImage } from './release-image.entity.js'
import { ReleaseMaking } from './release-making.service.js'
import { ReleaseViewsRepository } from './release-views.repository.js'
import { ReleaseViews } from './release-views.service.js'
import { ReleaseWrites } from './release-writes.service.js'
import { Release } from './release.entity.js'
import { ReleasesController } from './releases.controller.js'
import { ReleasesRepository } from './releases.repository.js'
import { ReleasesService } from './releases.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Release, ReleaseImage]), FleetsModule],
  controllers: [ReleasesController],
  providers: [ReleasesRepository, ReleaseViewsRepository, ReleaseViews, ReleaseWrites, ReleaseMaking, ReleasesService],
  exports: [ReleasesService, ReleaseMaking, ReleaseWrites],
})
export class ReleasesModule {}
