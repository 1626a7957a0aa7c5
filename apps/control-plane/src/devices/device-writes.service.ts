import type { UpdateDevice } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Actor, requireRole } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { violatedUnique } from '../database/unique-violation.js'
import { notFound, Problem } from '../http/problem.js'
import { Changes } from '../live/changes.js'
import { DeviceJournal } from './device-journal.service.js'
import { DeviceMoves } from './device-moves.service.js'
import { type DeviceRow, DevicesRepository } from './devices.repository.js'

export type DeviceCheck = (transaction: Transaction, device: DeviceRow) => Promise<void>

@Injectable()
export class DeviceWrites {
  constructor(
    private readonly devices: DevicesRepository,
    private readonly moves: DeviceMoves,
    private readonly journal: DeviceJournal,
    private readonly changes: Changes,
  ) {}

  /** Renames, moves and pins, all of it or nothing. */
  async update(actor: Actor, id: string, input: UpdateDevice, check: DeviceCheck): Promise<DeviceRow> {
    await this.moves.check(actor, input)
    return this.change(actor, id, async (transaction, before) => {
      await check(transaction, before)
      const name = input.name ?? before.name
      await this.moves.apply(transaction, before, { ...input, name })
    }).catch((error: unknown) => rejectTakenName(error))
  }

  /** Lets the device switch to its release whatever windows and locks say; null takes it back. */
  force(actor: Actor, id: string, releaseId: string | null): Promise<DeviceRow> {
    return this.change(actor, id, (transaction, before) => this.moves.force(transaction, before, releaseId))
  }

  /** Its history stays. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.changes.run(async (transaction, announce) => {
      const device = await this.lock(transaction, actor, id)
      announce(...(await this.journal.recordRemoval(transaction, actor, device)))
      await this.devices.delete(transaction, id)
    })
  }

  private change(
    actor: Actor,
    id: string,
    work: (transaction: Transaction, before: DeviceRow) => Promise<void>,
  ): Promise<DeviceRow> {
    return this.changes.run(async (transaction, announce) => {
      const before = await this.lock(transaction, actor, id)
      await work(transaction, before)
      const after = await this.devices.find(id, transaction)
      if (!after) throw new Error('A device that was just changed is not there')
      announce(...(await this.journal.recordUpdate(transaction, { actor, before, after })))
      return after
    })
  }

  private async lock(transaction: Transaction, actor: Actor, id: string): Promise<DeviceRow> {
    const device = await this.devices.lock(transaction, id)
    if (!device) throw notFound('device', id)
    requireRole(actor, device.organizationId, 'operator', notFound('device', id))
    return device
  }
}

function rejectTakenName(error: unknown): never {
  if (violatedUnique(error) === 'devices_fleet_id_name_key') {
    throw new Problem('device-name-taken', 409, 'The fleet has a device of that name already; choose another name.')
  }
  throw error
}
