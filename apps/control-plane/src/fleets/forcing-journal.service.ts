import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvents } from '../device-events/index.js'
import type { FleetRow } from './fleets.repository.js'

/** Writes who forced a release on a fleet into the history of its devices and the audit log. */
@Injectable()
export class ForcingJournal {
  constructor(
    private readonly events: DeviceEvents,
    private readonly audit: AuditService,
  ) {}

  async record(
    transaction: Transaction,
    actor: Actor,
    { fleet, releaseId }: { fleet: FleetRow; releaseId: string | null },
  ): Promise<void> {
    const kind = releaseId === null ? 'release-unforced' : 'release-forced'
    const detail = { releaseId: releaseId ?? fleet.forcedReleaseId, by: 'fleet' }
    await this.events.appendToFleet(transaction, { fleetId: fleet.id, kind, actor, detail }, 'following')
    await this.audit.record(transaction, {
      actor,
      action: `fleet.${kind}`,
      organizationId: fleet.organizationId,
      resource: { kind: 'fleet', id: fleet.id },
      before: { forcedReleaseId: fleet.forcedReleaseId },
      after: { forcedReleaseId: releaseId },
    })
  }
}
