import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { ActorName } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvents } from '../device-events/index.js'
import type { DeviceRow } from '../devices/index.js'
import { Generations } from '../fleets/index.js'
import type { BusMessage } from '../live/live-bus.js'
import type { BoardDescription } from './hardware.repository.js'

export interface Admitted {
  device: DeviceRow
  hardwareId: string
  uuid: string
  platform: string
  provisioningKeyId: string
}

/** Writes down what happens to boards, and gives the messages to publish after the commit. */
@Injectable()
export class HardwareJournal {
  constructor(
    private readonly events: DeviceEvents,
    private readonly audit: AuditService,
    private readonly generations: Generations,
  ) {}

  async recordAdmission(transaction: Transaction, admitted: Admitted): Promise<BusMessage[]> {
    const { device, hardwareId, uuid, platform, provisioningKeyId } = admitted
    const actor = asActor(device)
    const detail = { uuid, platform, provisioningKeyId }
    const place = { deviceId: device.id, fleetId: device.fleetId, hardwareId }
    await this.events.append(transaction, { ...place, kind: 'registered', actor, detail })
    await this.audit.record(transaction, {
      actor,
      action: 'device.registered',
      organizationId: device.organizationId,
      resource: { kind: 'device', id: device.id },
      after: { name: device.name, fleetId: device.fleetId, hardware: uuid, provisioningKeyId },
    })
    const { fleetId, organizationId } = device
    return [
      { topic: 'change', kind: 'device', id: device.id, fleetId, organizationId },
      { topic: 'change', kind: 'fleet', id: fleetId, fleetId, organizationId },
    ]
  }

  /** The same board with another system on it: it may need other images. */
  async recordPlatform(
    transaction: Transaction,
    device: DeviceRow,
    change: { hardwareId: string; from: BoardDescription; to: BoardDescription },
  ): Promise<BusMessage[]> {
    const { hardwareId, from, to } = change
    await this.events.append(transaction, {
      deviceId: device.id,
      fleetId: device.fleetId,
      hardwareId,
      kind: 'platform-changed',
      actor: asActor(device),
      detail: { from: from.platform, to: to.platform },
    })
    return [await this.generations.raiseDevice(transaction, device.id)]
  }
}

function asActor(device: DeviceRow): ActorName {
  return { kind: 'device', id: device.id, label: device.name }
}
