import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvents } from '../device-events/index.js'
import { Generations } from '../fleets/index.js'
import type { BusMessage } from '../live/live-bus.js'
import type { Variable } from './variable.entity.js'
import type { VariablePlace } from './variables.repository.js'

export interface VariableChange {
  actor: Actor
  place: VariablePlace
  before?: Variable
  after?: Variable
}

/** What a changed variable means to everything else: a new generation, history of the devices, the audit log. */
@Injectable()
export class VariableJournal {
  constructor(
    private readonly generations: Generations,
    private readonly events: DeviceEvents,
    private readonly audit: AuditService,
  ) {}

  /** Gives the messages to publish after the commit. */
  async record(transaction: Transaction, change: VariableChange): Promise<BusMessage[]> {
    const { level, id, fleetId, organizationId } = change.place
    await this.recordEvents(transaction, change)
    await this.recordAudit(transaction, change)
    const raised =
      level === 'fleet'
        ? await this.generations.raiseFleet(transaction, id)
        : await this.generations.raiseDevice(transaction, id)
    return [raised, { topic: 'change', kind: 'variables', id, fleetId, organizationId }]
  }

  private async recordEvents(transaction: Transaction, { actor, place, before, after }: VariableChange): Promise<void> {
    const variable = after ?? before
    if (!variable) return
    const { name, kind, service } = variable
    const detail = { level: place.level, kind, name, ...(service !== null && { service }) }
    const fact = { fleetId: place.fleetId, kind: after ? 'variable-set' : 'variable-removed', actor, detail }
    if (place.level === 'fleet') await this.events.appendToFleet(transaction, fact)
    else await this.events.append(transaction, { ...fact, deviceId: place.id })
  }

  private async recordAudit(transaction: Transaction, { actor, place, before, after }: VariableChange): Promise<void> {
    await this.audit.record(transaction, {
      actor,
      action: after ? 'variable.set' : 'variable.removed',
      organizationId: place.organizationId,
      resource: { kind: 'variable', id: (after ?? before)?.id ?? '' },
      before: before && auditable(before),
      after: after && auditable(after),
    })
  }
}

function auditable({ fleetId, deviceId, service, kind, name, value, secret }: Variable) {
  return { fleetId, deviceId, service, kind, name, secret, ...(!secret && { value }) }
}
