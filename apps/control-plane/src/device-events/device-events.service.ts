import type { DeviceEventView, Page, PageQuery } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { ActorName } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { idCursor } from '../http/cursor-keys.js'
import { toPage } from '../http/page-cursor.js'
import { presentDeviceEvent } from './device-event.presenter.js'
import { DeviceEventsRepository } from './device-events.repository.js'

export interface DeviceFact {
  deviceId: string
  fleetId: string
  // kebab-case: moved, target-release-changed, activity-changed …
  kind: string
  actor: ActorName
  detail?: Record<string, unknown>
  // When it happened, where that is not now.
  at?: Date
  hardwareId?: string
  // The board's own count; a second event of it with this number is not stored.
  number?: number
}

export type FleetFact = Pick<DeviceFact, 'fleetId' | 'kind' | 'actor' | 'detail'>

/** Writes and reads the history of devices. Writing is part of the transaction of what happened. */
@Injectable()
export class DeviceEvents {
  constructor(private readonly repository: DeviceEventsRepository) {}

  async append(transaction: Transaction, ...facts: DeviceFact[]): Promise<void> {
    const rows = facts.map((fact) => ({
      ...toRow(fact),
      deviceId: fact.deviceId,
      at: fact.at ?? new Date(),
      hardwareId: fact.hardwareId ?? null,
      number: fact.number === undefined ? null : String(fact.number),
    }))
    await this.repository.insert(transaction, rows)
  }

  /** One event for each device of a fleet; `following` leaves out those that are pinned to a release. */
  async appendToFleet(transaction: Transaction, fact: FleetFact, only: 'all' | 'following' = 'all'): Promise<void> {
    await this.repository.insertForFleet(transaction, { ...toRow(fact), at: new Date() }, only)
  }

  /** The highest number of an event that a board counted itself; 0 before the first. */
  lastNumber(transaction: Transaction, hardwareId: string): Promise<number> {
    return this.repository.lastNumber(transaction, hardwareId)
  }

  async page(deviceId: string, { limit, cursor }: PageQuery): Promise<Page<DeviceEventView>> {
    const rows = await this.repository.page(deviceId, limit + 1, idCursor(cursor))
    return toPage(rows, limit, presentDeviceEvent, (row) => [row.id])
  }
}

function toRow({ fleetId, kind, actor, detail }: FleetFact) {
  return {
    fleetId,
    kind,
    actorKind: actor.kind,
    actorId: actor.id,
    actorLabel: actor.label,
    detail: detail ?? {},
  }
}
