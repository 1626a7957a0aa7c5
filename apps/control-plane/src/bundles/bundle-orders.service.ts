import type { CreateBundle, CreatedBundle } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import { Transactions } from '../database/transactions.js'
import { FleetsService } from '../fleets/index.js'
import { notFound, Problem } from '../http/problem.js'
import { ReleasesService } from '../releases/index.js'
import { type BundleOrder, Bundles } from './bundles.service.js'

@Injectable()
export class BundleJournal {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  async record(actor: Actor, { fleet, release, deltaFrom }: BundleOrder, made: CreatedBundle): Promise<void> {
    const { id, organizationId } = fleet
    await this.transactions.run((transaction) =>
      this.audit.record(transaction, {
        ...{ actor, action: 'fleet.bundle-created', organizationId, resource: { kind: 'fleet', id } },
        after: { release: release.version, boards: Object.keys(made.targets), ...(deltaFrom && { deltaFrom }) },
      }),
    )
  }
}

/** Bundles as people order them: of what they may see, and written down, for what is in one leaves the server. */
@Injectable()
export class BundleOrders {
  constructor(
    private readonly fleets: FleetsService,
    private readonly releases: ReleasesService,
    private readonly bundles: Bundles,
    private readonly journal: BundleJournal,
  ) {}

  async make(actor: Actor, fleetId: string, input: CreateBundle): Promise<CreatedBundle> {
    const fleet = await this.fleets.require(actor, fleetId, 'operator')
    const releaseId = input.releaseId ?? fleet.targetReleaseId
    if (releaseId === null) {
      throw new Problem('nothing-to-run', 409, 'The fleet has no release to run yet: push one first.')
    }
    const release = await this.releases.contents(releaseId)
    if (release.fleetId !== fleetId) throw notFound('release', releaseId)
    const order = { ...input, fleet, release }
    const made = await this.bundles.create(actor, order, new Date())
    await this.journal.record(actor, order, made)
    return made
  }
}
