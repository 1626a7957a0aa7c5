import { Injectable } from '@nestjs/common'
import { type Actor, requireRole } from '../auth/index.js'
import { notFound } from '../http/problem.js'
import { Changes } from '../live/changes.js'
import { place } from './fleet-targets.service.js'
import { type FleetRow, FleetsRepository } from './fleets.repository.js'
import { ForcingJournal } from './forcing-journal.service.js'
import { Generations } from './generations.repository.js'
import { notTheTarget } from './update-policy.js'

/** Operators who want a fleet's release on its devices now, whatever windows and locks say. */
@Injectable()
export class ForcedReleases {
  constructor(
    private readonly fleets: FleetsRepository,
    private readonly generations: Generations,
    private readonly journal: ForcingJournal,
    private readonly changes: Changes,
  ) {}

  /** null takes it back. */
  set(actor: Actor, id: string, releaseId: string | null): Promise<FleetRow> {
    return this.changes.run(async (transaction, announce) => {
      const missing = notFound('fleet', id)
      const fleet = await this.fleets.lock(transaction, id)
      if (!fleet) throw missing
      requireRole(actor, fleet.organizationId, 'operator', missing)
      if (releaseId !== null && releaseId !== fleet.targetReleaseId) throw notTheTarget(releaseId)
      if (releaseId !== fleet.forcedReleaseId) {
        await this.fleets.update(transaction, id, { forcedReleaseId: releaseId })
        announce(await this.generations.raiseFleet(transaction, id))
        await this.journal.record(transaction, actor, { fleet, releaseId })
        announce({ topic: 'change', kind: 'fleet', ...place(fleet) })
      }
      return (await this.fleets.find(id, transaction)) ?? fleet
    })
  }
}
