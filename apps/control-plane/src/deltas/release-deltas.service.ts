import type { ImageDeltas, MakeDeltas } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import { Transactions } from '../database/transactions.js'
import { Problem } from '../http/problem.js'
import { DeltaPlans } from './delta-plans.service.js'
import { DeltaQueue } from './delta-queue.js'
import { FleetImages } from './fleet-images.repository.js'
import { presentDelta } from './image-delta.presenter.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'

/** A release that the caller may see. */
export interface SeenRelease {
  id: string
  fleetId: string
  organizationId: string
  version: string
}

/** The deltas into the images of a release, as people see them. */
@Injectable()
export class ReleaseDeltas {
  constructor(
    private readonly images: FleetImages,
    private readonly deltas: ImageDeltasRepository,
  ) {}

  async list({ id, fleetId }: SeenRelease): Promise<ImageDeltas> {
    const images = await this.images.ofReleases([id])
    const digests = images.map(({ digest }) => digest)
    const deltas = await this.deltas.into(fleetId, digests)
    const from = deltas.map(({ fromDigest }) => fromDigest)
    const versions = await this.images.versionsOf(fleetId, from)
    return { items: deltas.map((delta) => presentDelta(delta, versions.get(delta.fromDigest) ?? [])) }
  }

  /** Throws where one of the releases is not of the fleet, or has no image yet. */
  async requireSources(fleetId: string, releaseIds: readonly string[]): Promise<void> {
    const known = await this.images.releasesOf(fleetId, releaseIds)
    const unknown = releaseIds.find((id) => !known.includes(id))
    if (unknown === undefined) return
    throw new Problem('release-unknown', 422, `There is no release ${unknown} with images in the fleet.`)
  }
}

@Injectable()
export class DeltaJournal {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  /** Runs `work` and writes down who asked for it, both or neither. */
  async record(
    actor: Actor,
    { id, organizationId }: SeenRelease,
    from: readonly string[] | undefined,
    work: Parameters<Transactions['run']>[0],
  ): Promise<void> {
    await this.transactions.run(async (transaction) => {
      await work(transaction)
      await this.audit.record(transaction, {
        ...{ actor, action: 'release.deltas-requested', organizationId, resource: { kind: 'release', id } },
        after: { from: from ?? 'what devices run' },
      })
    })
  }
}

/** What people have made on purpose: before a rollout, or again after a failure. */
@Injectable()
export class DeltaOrders {
  constructor(
    private readonly plans: DeltaPlans,
    private readonly deltas: ImageDeltasRepository,
    private readonly queue: DeltaQueue,
    private readonly journal: DeltaJournal,
  ) {}

  async make(actor: Actor, release: SeenRelease, { from }: MakeDeltas): Promise<void> {
    const pairs = await this.plans.pairsInto(release.fleetId, [release.id], from)
    const requests = pairs.map((pair) => ({ ...pair, requestedBy: 'person' as const, requester: actor.id }))
    await this.journal.record(actor, release, from, async (transaction) => {
      await this.deltas.insert(transaction, requests)
      await this.deltas.revive(transaction, pairs)
    })
    await this.queue.fill()
  }
}
