import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import { ReleaseImage } from './release-image.entity.js'
import { Release } from './release.entity.js'

@Injectable()
export class ReleasesRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  find(id: string, reader: EntityManager = this.source.manager): Promise<Release | null> {
    return reader.findOneBy(Release, { id })
  }

  /** In a stable order: by service, then platform. */
  images(releaseIds: string[], reader: EntityManager = this.source.manager): Promise<ReleaseImage[]> {
    return reader
      .createQueryBuilder(ReleaseImage, 'image')
      .where('image.releaseId = ANY(:releaseIds)', { releaseIds })
      .orderBy({ 'image.service': 'ASC', 'image.platform': 'ASC' })
      .getMany()
  }
}
