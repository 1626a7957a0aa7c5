import type { DeviceReportEvent } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvents } from '../device-events/index.js'
import type { KnownDevice } from '../hardware/index.js'
import { storableJson } from '../database/storable-json.js'
import type { Transition } from './transitions.js'

/** Carries what devices say into their history. */
@Injectable()
export class ReportJournal {
  constructor(private readonly events: DeviceEvents) {}

  /** What the server saw change between two reports. */
  async storeTransitions(
    transaction: Transaction,
    device: KnownDevice,
    { happened, at }: { happened: Transition[]; at: Date },
  ): Promise<void> {
    const place = placeOf(device)
    await this.events.append(transaction, ...happened.map((each) => ({ ...place, ...each, at })))
  }

  /** What the device saw happen, each once. Gives the number up to which all of it is stored. */
  async storeEvents(transaction: Transaction, device: KnownDevice, events: DeviceReportEvent[]): Promise<number> {
    const place = { ...placeOf(device), hardwareId: device.hardwareId }
    const facts = events.map(({ number, at, kind, detail }) => ({
      ...place,
      number,
      at: new Date(at),
      kind,
      detail: storableJson(detail),
    }))
    await this.events.append(transaction, ...facts)
    return this.events.lastNumber(transaction, device.hardwareId)
  }
}

function placeOf({ deviceId, fleetId, hardwareUuid }: KnownDevice) {
  return { deviceId, fleetId, actor: { kind: 'device', id: deviceId, label: hardwareUuid } as const }
}
