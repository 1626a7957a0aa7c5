import type { FleetQuery, FleetView, Page } from '@flotilla/contracts'
import { Inject, Injectable } from '@nestjs/common'
import { type Actor, requireRole, visibleOrganizations } from '../auth/index.js'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import type { Transaction } from '../database/transactions.js'
import { timeCursor } from '../http/cursor-keys.js'
import { requireMatch } from '../http/etag.js'
import { toPage } from '../http/page-cursor.js'
import { notFound } from '../http/problem.js'
import { presentFleet } from './fleet.presenter.js'
import { type FleetRow, FleetsRepository } from './fleets.repository.js'

/** Fleets as their readers see them. */
@Injectable()
export class FleetViews {
  constructor(
    private readonly fleets: FleetsRepository,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async page(actor: Actor, { organization, name, limit, cursor }: FleetQuery): Promise<Page<FleetView>> {
    const [first, second] = name?.split('/') ?? []
    const rows = await this.fleets.page({
      organizationIds: visibleOrganizations(actor),
      organization: second === undefined ? organization : first,
      name: second ?? first,
      limit: limit + 1,
      after: timeCursor(cursor),
    })
    const counts = await this.fleets.deviceCounts(rows.map((row) => row.id))
    const present = (row: FleetRow) => presentFleet(row, counts.get(row.id), this.config.PUBLIC_URL)
    return toPage(rows, limit, present, (row) => [row.position, row.id])
  }

  async one(actor: Actor, id: string): Promise<FleetView> {
    const fleet = await this.fleets.find(id)
    if (!fleet) throw notFound('fleet', id)
    requireRole(actor, fleet.organizationId, 'observer', notFound('fleet', id))
    return this.present(fleet)
  }

  async present(fleet: FleetRow, transaction?: Transaction): Promise<FleetView> {
    const counts = await this.fleets.deviceCounts([fleet.id], transaction)
    return presentFleet(fleet, counts.get(fleet.id), this.config.PUBLIC_URL)
  }

  /** A check that the fleet still is as the caller read it. */
  unchangedSince(ifMatch: string | undefined) {
    return async (transaction: Transaction, fleet: FleetRow): Promise<void> => {
      if (ifMatch !== undefined) requireMatch(ifMatch, await this.present(fleet, transaction))
    }
  }
}
