import type { Page, ReleaseDetailView, ReleaseQuery, ReleaseView } from '@flotilla/contracts'
import { Inject, Injectable } from '@nestjs/common'
import { type Actor, requireRole, visibleOrganizations } from '../auth/index.js'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import type { Transaction } from '../database/transactions.js'
import { timeCursor } from '../http/cursor-keys.js'
import { toPage } from '../http/page-cursor.js'
import { notFound } from '../http/problem.js'
import { type ReleaseRow, ReleaseViewsRepository } from './release-views.repository.js'
import { presentRelease } from './release.presenter.js'
import { ReleasesRepository } from './releases.repository.js'

const MOST_REASONS = 10

/** Releases as their readers see them. */
@Injectable()
export class ReleaseViews {
  constructor(
    private readonly views: ReleaseViewsRepository,
    private readonly releases: ReleasesRepository,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async page(actor: Actor, { limit, cursor, ...filter }: ReleaseQuery): Promise<Page<ReleaseView>> {
    const rows = await this.views.page({
      ...filter,
      organizationIds: visibleOrganizations(actor),
      limit: limit + 1,
      after: timeCursor(cursor),
    })
    const images = await this.releases.images(rows.map((row) => row.id))
    const imagesOf = (row: ReleaseRow) => images.filter((image) => image.releaseId === row.id)
    const present = (row: ReleaseRow) => presentRelease(row, imagesOf(row), this.registryHost)
    return toPage(rows, limit, present, (row) => [row.position, row.id])
  }

  async one(actor: Actor, id: string): Promise<ReleaseDetailView> {
    const row = await this.views.find(id)
    if (!row) throw notFound('release', id)
    requireRole(actor, row.organizationId, 'observer', notFound('release', id))
    return this.detail(id)
  }

  /** Without a look at who reads. */
  async detail(id: string, reader?: Transaction): Promise<ReleaseDetailView> {
    const [row, release, images] = [
      await this.views.find(id, reader),
      await this.releases.find(id, reader),
      await this.releases.images([id], reader),
    ]
    if (!row || !release) throw notFound('release', id)
    const view = presentRelease(row, images, this.registryHost)
    const rejections = row.rejected > 0 ? await this.views.rejections(id, MOST_REASONS, reader) : []
    return { ...view, ...(release.compose && { compose: release.compose }), rejections }
  }

  private get registryHost(): string {
    return new URL(this.config.REGISTRY_URL).host
  }
}
