import type { UpdateDevice } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Actor } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { FleetsService, Generations } from '../fleets/index.js'
import { type DeviceRow, DevicesRepository } from './devices.repository.js'

/** Carries out what changes a device's target, and raises its generation for it, once. */
@Injectable()
export class DeviceMoves {
  constructor(
    private readonly devices: DevicesRepository,
    private readonly fleets: FleetsService,
    private readonly generations: Generations,
  ) {}

  /** Throws unless the actor may move devices into the fleet. Before the transaction, as it needs a connection. */
  async check(actor: Actor, { fleetId }: UpdateDevice): Promise<void> {
    if (fleetId !== undefined) await this.fleets.require(actor, fleetId, 'operator')
  }

  async apply(transaction: Transaction, device: DeviceRow, to: UpdateDevice): Promise<void> {
    const { name = device.name, fleetId = device.fleetId } = to
    const moves = fleetId !== device.fleetId
    const pinnedReleaseId = wantedPin(device, to)
    if (pinnedReleaseId !== null && (moves || pinnedReleaseId !== device.pinnedReleaseId)) {
      await this.fleets.requireDeployable(transaction, fleetId, pinnedReleaseId)
    }
    if (pinnedReleaseId !== device.pinnedReleaseId) {
      await this.devices.update(transaction, device.id, { pinnedReleaseId })
    }
    if (moves) return this.generations.moveDevice(transaction, device.id, { fleetId, name })
    if (name !== device.name) await this.devices.update(transaction, device.id, { name })
    if (name !== device.name || pinnedReleaseId !== device.pinnedReleaseId) {
      await this.generations.raiseDevice(transaction, device.id)
    }
  }
}

/** A release belongs to one fleet, so a pin does not move along with its device. */
function wantedPin(device: DeviceRow, { fleetId, pinnedReleaseId }: UpdateDevice): string | null {
  if (pinnedReleaseId !== undefined) return pinnedReleaseId
  return fleetId === undefined || fleetId === device.fleetId ? device.pinnedReleaseId : null
}
