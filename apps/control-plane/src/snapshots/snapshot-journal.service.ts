import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvents } from '../device-events/index.js'
import type { KnownDevice } from '../hardware/index.js'
import type { BusMessage } from '../live/live-bus.js'
import type { SnapshotRow } from './uploaded-snapshots.repository.js'

interface Place {
  id: string
  fleetId: string
  organizationId: string
}

/** Writes what becomes of uploaded snapshots into the history of devices and the audit log. */
@Injectable()
export class SnapshotJournal {
  constructor(
    private readonly events: DeviceEvents,
    private readonly audit: AuditService,
  ) {}

  async recordUpload(
    transaction: Transaction,
    device: KnownDevice,
    snapshot: SnapshotRow & { bytes: number },
  ): Promise<BusMessage[]> {
    const { deviceId, fleetId, organizationId, hardwareId, hardwareUuid } = device
    const { id: snapshotId, volume, bytes } = snapshot
    await this.events.append(transaction, {
      ...{ deviceId, fleetId, hardwareId },
      kind: 'snapshot-uploaded',
      actor: { kind: 'device', id: deviceId, label: hardwareUuid },
      detail: { snapshotId, volume, bytes },
    })
    return [message({ id: deviceId, fleetId, organizationId })]
  }

  /** `verb`: removed, or downloaded by somebody, who has then seen what is in it. */
  async recordDeed(
    transaction: Transaction,
    actor: Actor,
    verb: 'removed' | 'downloaded',
    { device, snapshot }: { device: Place; snapshot: SnapshotRow },
  ): Promise<BusMessage[]> {
    const detail = { snapshotId: snapshot.id, volume: snapshot.volume, takenAt: snapshot.takenAt.toISOString() }
    const { id: deviceId, fleetId, organizationId } = device
    await this.events.append(transaction, { deviceId, fleetId, kind: `snapshot-${verb}`, actor, detail })
    await this.audit.record(transaction, {
      actor,
      action: `snapshot.${verb}`,
      organizationId,
      resource: { kind: 'device', id: deviceId },
      before: detail,
    })
    return [message(device)]
  }
}

function message({ id, fleetId, organizationId }: Place): BusMessage {
  return { topic: 'change', kind: 'device-events', id, fleetId, organizationId }
}
