import type { UpdatePolicyParts } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { ActorName } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvents } from '../device-events/index.js'
import type { BusMessage } from '../live/live-bus.js'
import { type FleetRow, FleetsRepository } from './fleets.repository.js'
import { Generations } from './generations.repository.js'

export interface FleetTarget {
  targetReleaseId: string | null
  pinned: boolean
}

/** Changes the release that a fleet runs, in its row and in the history of every device that follows it. */
@Injectable()
export class FleetTargets {
  constructor(
    private readonly fleets: FleetsRepository,
    private readonly generations: Generations,
    private readonly events: DeviceEvents,
  ) {}

  async change(transaction: Transaction, fleet: FleetRow, to: FleetTarget, actor: ActorName): Promise<BusMessage[]> {
    const isAnother = to.targetReleaseId !== fleet.targetReleaseId
    await this.fleets.update(transaction, fleet.id, { ...to, ...(isAnother && { forcedReleaseId: null }) })
    const message = await this.generations.raiseFleet(transaction, fleet.id)
    if (isAnother) {
      await this.fleets.unforceDevices(transaction, fleet.id)
      const detail = {
        ...(fleet.targetReleaseId !== null && { from: fleet.targetReleaseId }),
        ...(to.targetReleaseId !== null && { to: to.targetReleaseId }),
        by: to.pinned ? 'fleet-pinned' : 'fleet',
      }
      const fact = { fleetId: fleet.id, kind: 'target-release-changed', actor, detail }
      await this.events.appendToFleet(transaction, fact, 'following')
    }
    return [message, { topic: 'change', kind: 'fleet', ...place(fleet) }]
  }

  /** Tells the history of every device of the fleet how it should update from now on. */
  async recordPolicy(
    transaction: Transaction,
    fleet: FleetRow,
    updatePolicy: UpdatePolicyParts,
    actor: ActorName,
  ): Promise<void> {
    const detail = { by: 'fleet', policy: updatePolicy }
    await this.events.appendToFleet(transaction, { fleetId: fleet.id, kind: 'update-policy-changed', actor, detail })
  }
}

/** A fleet as change messages name it. */
export function place(fleet: { id: string; organizationId: string }) {
  return { id: fleet.id, fleetId: fleet.id, organizationId: fleet.organizationId }
}
