import type { DeviceCommandBody } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { ActorName } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { DeviceEvents } from '../device-events/index.js'
import type { BusMessage } from '../live/live-bus.js'
import type { CommandEnd } from './device-commands.repository.js'

/** Where a command was given, as history and change messages name it. */
export interface CommandPlace {
  deviceId: string
  fleetId: string
  organizationId: string
}

/** Writes who asked what of a device, and what came of it, into its history; gives the messages to publish. */
@Injectable()
export class CommandJournal {
  constructor(private readonly events: DeviceEvents) {}

  async recordRequest(
    transaction: Transaction,
    place: CommandPlace,
    { id, actor, command }: { id: string; actor: ActorName; command: DeviceCommandBody },
  ): Promise<BusMessage[]> {
    const { deviceId, fleetId } = place
    const detail = { commandId: id, command }
    await this.events.append(transaction, { deviceId, fleetId, kind: 'command-requested', actor, detail })
    return [...commandMessages(place), { topic: 'commands', deviceId }]
  }

  /** `at` is when it ended on the device, by its clock. */
  async recordEnd(
    transaction: Transaction,
    place: CommandPlace,
    { id, actor, end, at }: { id: string; actor: ActorName; end: CommandEnd; at?: Date },
  ): Promise<BusMessage[]> {
    const { deviceId, fleetId } = place
    const detail = { commandId: id, ...(end.detail !== undefined && { detail: end.detail }) }
    await this.events.append(transaction, { deviceId, fleetId, kind: `command-${end.state}`, actor, detail, at })
    return commandMessages(place)
  }
}

export function commandMessages({ deviceId, fleetId, organizationId }: CommandPlace): BusMessage[] {
  const thing = { topic: 'change', id: deviceId, fleetId, organizationId } as const
  return [
    { ...thing, kind: 'device-commands' },
    { ...thing, kind: 'device-events' },
  ]
}
