import { randomUUID } from 'node:crypto'
import type { CreateDeviceCommand } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor } from '../auth/index.js'
import type { DeviceRow } from '../devices/index.js'
import { notFound, Problem } from '../http/problem.js'
import { Changes } from '../live/changes.js'
import { CommandJournal } from './command-journal.service.js'
import type { DeviceCommand } from './device-command.entity.js'
import { DeviceCommandsRepository } from './device-commands.repository.js'

// As many as a device fetches at once.
const MOST_OPEN = 100

/** What people ask of devices. Whether they may is checked before. */
@Injectable()
export class DeviceCommands {
  constructor(
    private readonly commands: DeviceCommandsRepository,
    private readonly journal: CommandJournal,
    private readonly audit: AuditService,
    private readonly changes: Changes,
  ) {}

  request(actor: Actor, device: DeviceRow, input: CreateDeviceCommand): Promise<DeviceCommand> {
    const { expiresInSeconds, ...body } = input
    const id = randomUUID()
    return this.changes.run(async (transaction, announce) => {
      if ((await this.commands.countOpen(transaction, device.id)) >= MOST_OPEN) throw tooMany(device.name)
      await this.commands.insert(transaction, {
        id,
        deviceId: device.id,
        body,
        actorKind: actor.kind,
        actorId: actor.id,
        actorLabel: actor.label,
        expiresAt: new Date(Date.now() + expiresInSeconds * 1000),
      })
      await this.audit.record(transaction, {
        actor,
        action: 'device.command-requested',
        organizationId: device.organizationId,
        resource: { kind: 'device', id: device.id },
        after: { commandId: id, command: body },
      })
      announce(...(await this.journal.recordRequest(transaction, placeOf(device), { id, actor, command: body })))
      const command = await this.commands.find(id, device.id, transaction)
      if (!command) throw new Error('A command that was just written is not there')
      return command
    })
  }

  /** Takes a command back that the device has not fetched. */
  cancel(actor: Actor, device: DeviceRow, id: string): Promise<DeviceCommand> {
    return this.changes.run(async (transaction, announce) => {
      const command = await this.commands.lock(transaction, id, device.id)
      if (!command) throw notFound('command', id)
      if (command.state !== 'waiting') throw notWaiting(command)
      const end = { state: 'cancelled' } as const
      await this.commands.end(transaction, id, end)
      await this.audit.record(transaction, {
        actor,
        action: 'device.command-cancelled',
        organizationId: device.organizationId,
        resource: { kind: 'device', id: device.id },
        before: { commandId: id, command: command.body },
      })
      announce(...(await this.journal.recordEnd(transaction, placeOf(device), { id, actor, end })))
      return { ...command, state: 'cancelled', endedAt: new Date() }
    })
  }
}

function placeOf({ id, fleetId, organizationId }: DeviceRow) {
  return { deviceId: id, fleetId, organizationId }
}

function tooMany(name: string): Problem {
  const sentence = `${name} has ${MOST_OPEN} commands to do already; cancel some, or wait until it has done them.`
  return new Problem('too-many-commands', 409, sentence)
}

function notWaiting({ state }: DeviceCommand): Problem {
  const sentence =
    state === 'delivered'
      ? 'The device has fetched this command already, so it cannot be taken back.'
      : `This command is over: ${state}.`
  return new Problem('command-not-waiting', 409, sentence)
}
