import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvents } from '../device-events/index.js'
import type { BusMessage } from '../live/live-bus.js'
import { type DeviceChange, deviceChanges } from './device-changes.js'
import type { DeviceRow } from './devices.repository.js'

/** Writes what people do with devices into their history and the audit log; gives the messages to publish. */
@Injectable()
export class DeviceJournal {
  constructor(
    private readonly events: DeviceEvents,
    private readonly audit: AuditService,
  ) {}

  async recordUpdate(transaction: Transaction, change: DeviceChange & { actor: Actor }): Promise<BusMessage[]> {
    const { actor, before, after } = change
    const happened = deviceChanges(change)
    if (happened.length === 0) return []
    const place = { deviceId: after.id, fleetId: after.fleetId, actor }
    await this.events.append(transaction, ...happened.map((each) => ({ ...place, ...each })))
    await this.audit.record(transaction, {
      actor,
      action: 'device.updated',
      organizationId: after.organizationId,
      resource: { kind: 'device', id: after.id },
      before: auditable(before),
      after: auditable(after),
    })
    const fleets = new Map([before, after].map((row) => [row.fleetId, row]))
    return [
      { topic: 'target', deviceId: after.id },
      ...deviceMessages(after),
      ...(fleets.size > 1 ? [...fleets.values()].map(fleetMessage) : []),
    ]
  }

  async recordRemoval(transaction: Transaction, actor: Actor, device: DeviceRow): Promise<BusMessage[]> {
    const detail = { name: device.name, ...(device.board && { hardware: device.board.uuid }) }
    await this.events.append(transaction, {
      deviceId: device.id,
      fleetId: device.fleetId,
      kind: 'deleted',
      actor,
      detail,
    })
    await this.audit.record(transaction, {
      actor,
      action: 'device.deleted',
      organizationId: device.organizationId,
      resource: { kind: 'device', id: device.id },
      before: auditable(device),
    })
    return [{ topic: 'target', deviceId: device.id }, ...deviceMessages(device), fleetMessage(device)]
  }
}

function deviceMessages({ id, fleetId, organizationId }: DeviceRow): BusMessage[] {
  return (['device', 'device-events'] as const).map((kind) => ({ topic: 'change', kind, id, fleetId, organizationId }))
}

function fleetMessage({ fleetId, organizationId }: DeviceRow): BusMessage {
  return { topic: 'change', kind: 'fleet', id: fleetId, fleetId, organizationId }
}

function auditable({ name, fleetId, pinnedReleaseId, updatePolicy, forcedReleaseId }: DeviceRow) {
  return { name, fleetId, pinnedReleaseId, updatePolicy, forcedReleaseId }
}
