import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { ReleaseImage } from './release-image.entity.js'
import { Release } from './release.entity.js'
import { ReleasesRepository } from './releases.repository.js'
import { ReleasesService } from './releases.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Release, ReleaseImage])],
  providers: [ReleasesRepository, ReleasesService],
  exports: [ReleasesService],
})
export class ReleasesModule {}
