import type { BuildOutputLineView, BuildOutputQuery, BuildQuery, BuildView, Page } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Actor, requireRole, visibleOrganizations } from '../auth/index.js'
import { timeCursor } from '../http/cursor-keys.js'
import { toPage } from '../http/page-cursor.js'
import { notFound } from '../http/problem.js'
import type { ServerEvent } from '../http/sse.js'
import { BuildFeed } from './build-feed.service.js'
import { BuildOutputRepository } from './build-output.repository.js'
import { presentBuild } from './build.presenter.js'
import { type BuildRow, BuildsRepository } from './builds.repository.js'

/** Builds and their output as their readers see them. */
@Injectable()
export class BuildViews {
  constructor(
    private readonly builds: BuildsRepository,
    private readonly output: BuildOutputRepository,
    private readonly feed: BuildFeed,
  ) {}

  async page(actor: Actor, { limit, cursor, ...filter }: BuildQuery): Promise<Page<BuildView>> {
    const rows = await this.builds.page({
      ...filter,
      organizationIds: visibleOrganizations(actor),
      limit: limit + 1,
      after: timeCursor(cursor),
    })
    return toPage(rows, limit, presentBuild, (row) => [row.position, row.id])
  }

  async one(actor: Actor, id: string): Promise<BuildView> {
    return presentBuild(await this.require(actor, id))
  }

  /** `nextCursor` is the id of the last line: the `after` of the next question. */
  async lines(actor: Actor, id: string, { after, limit }: BuildOutputQuery): Promise<Page<BuildOutputLineView>> {
    await this.require(actor, id)
    const items = await this.output.after(id, after, limit)
    const last = items.at(-1)
    return { items, ...(items.length === limit && last && { nextCursor: last.id }) }
  }

  /** Throws before the stream begins where the actor may not see the build. */
  async stream(actor: Actor, id: string) {
    await this.require(actor, id)
    return (after: string | undefined, signal: AbortSignal) => this.events(id, after, signal)
  }

  private async *events(id: string, after: string | undefined, signal: AbortSignal): AsyncGenerator<ServerEvent> {
    let ended: BuildView | undefined
    for await (const news of this.feed.follow(id, after, signal)) {
      if (news.kind === 'line') yield { type: 'line', id: news.line.id, data: news.line }
      else ended = news.build
    }
    if (ended && !signal.aborted) yield { type: 'end', data: ended }
  }

  private async require(actor: Actor, id: string): Promise<BuildRow> {
    const missing = notFound('build', id)
    const row = await this.builds.row(id)
    if (!row) throw missing
    requireRole(actor, row.organizationId, 'observer', missing)
    return row
  }
}
