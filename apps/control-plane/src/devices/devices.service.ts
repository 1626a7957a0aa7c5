import { randomUUID } from 'node:crypto'
import type { Role } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Actor, requireRole } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { notFound } from '../http/problem.js'
import { deviceNames } from './device-name.js'
import { type DeviceRow, DevicesRepository } from './devices.repository.js'

/** What other features ask of devices. */
@Injectable()
export class DevicesService {
  constructor(private readonly devices: DevicesRepository) {}

  /** The device, where the actor has at least `role` in its organization. */
  async require(actor: Actor, id: string, role: Role): Promise<DeviceRow> {
    const device = await this.devices.find(id)
    if (!device) throw notFound('device', id)
    requireRole(actor, device.organizationId, role, notFound('device', id))
    return device
  }

  find(id: string, transaction: Transaction): Promise<DeviceRow | undefined> {
    return this.devices.find(id, transaction)
  }

  /** A new device in a fleet, under the wished name or, where that is taken, one with a part of the board's uuid. */
  async create(
    transaction: Transaction,
    { fleetId, name, uuid }: { fleetId: string; name?: string; uuid: string },
  ): Promise<DeviceRow> {
    const id = randomUUID()
    for (const candidate of deviceNames(name, uuid)) {
      if (!(await this.devices.insert(transaction, { id, fleetId, name: candidate }))) continue
      const device = await this.devices.find(id, transaction)
      if (device) return device
    }
    throw new Error('Every name for a new device is taken')
  }
}
