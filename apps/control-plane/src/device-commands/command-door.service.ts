import type { DeviceCommandResult, DeviceCommandsSchema } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { z } from 'zod'
import type { KnownDevice } from '../hardware/index.js'
import { Changes } from '../live/changes.js'
import { CommandJournal, commandMessages } from './command-journal.service.js'
import { DeviceCommandsRepository } from './device-commands.repository.js'

const MOST_AT_ONCE = 100

/** The device's side of commands. */
@Injectable()
export class CommandDoor {
  constructor(
    private readonly commands: DeviceCommandsRepository,
    private readonly journal: CommandJournal,
    private readonly changes: Changes,
  ) {}

  async fetch(device: KnownDevice): Promise<z.infer<typeof DeviceCommandsSchema>> {
    const open = await this.commands.open(device.deviceId, MOST_AT_ONCE)
    const fresh = open.filter(({ state }) => state === 'waiting').map(({ id }) => id)
    if (fresh.length > 0) {
      await this.changes.run(async (transaction, announce) => {
        if (await this.commands.markDelivered(transaction, fresh)) announce(...commandMessages(device).slice(0, 1))
      })
    }
    return { commands: open.map(({ id, body, expiresAt }) => ({ id, body, expiresAt: expiresAt.toISOString() })) }
  }

  /**
   * A repeated result changes nothing, and neither does one of a command that there is not: the device could only
   * repeat it for ever. One that comes after the command expired still says what happened.
   */
  async receive(device: KnownDevice, result: DeviceCommandResult): Promise<void> {
    const { id, status, detail, at } = result
    await this.changes.run(async (transaction, announce) => {
      const command = await this.commands.lock(transaction, id, device.deviceId)
      if (!command || !['waiting', 'delivered', 'expired'].includes(command.state)) return
      const end = { state: status, detail }
      await this.commands.end(transaction, id, end)
      const actor = { kind: 'device', id: device.deviceId, label: device.hardwareUuid } as const
      announce(...(await this.journal.recordEnd(transaction, device, { id, actor, end, at: new Date(at) })))
    })
  }
}
