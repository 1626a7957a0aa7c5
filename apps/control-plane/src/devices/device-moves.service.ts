import type { UpdateDevice } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Actor } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { changedPolicy, FleetsService, Generations, isSamePolicy, notTheTarget } from '../fleets/index.js'
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
    const updatePolicy = changedPolicy(device.updatePolicy, to.updatePolicy)
    const changes = {
      // What was forced was another release.
      ...((moves || pinnedReleaseId !== device.pinnedReleaseId) && { pinnedReleaseId, forcedReleaseId: null }),
      ...(!isSamePolicy(updatePolicy, device.updatePolicy) && { updatePolicy }),
      // With a move the name changes together with the fleet.
      ...(!moves && name !== device.name && { name }),
    }
    const hasChanges = Object.keys(changes).length > 0
    if (hasChanges) await this.devices.update(transaction, device.id, changes)
    if (moves) await this.generations.moveDevice(transaction, device.id, { fleetId, name })
    else if (hasChanges) await this.generations.raiseDevice(transaction, device.id)
  }

  async force(transaction: Transaction, device: DeviceRow, releaseId: string | null): Promise<void> {
    if (releaseId !== null && releaseId !== device.wantedReleaseId) throw notTheTarget(releaseId)
    if (releaseId === device.forcedReleaseId) return
    await this.devices.update(transaction, device.id, { forcedReleaseId: releaseId })
    await this.generations.raiseDevice(transaction, device.id)
  }
}

/** A release belongs to one fleet, so a pin does not move along with its device. */
function wantedPin(device: DeviceRow, { fleetId, pinnedReleaseId }: UpdateDevice): string | null {
  if (pinnedReleaseId !== undefined) return pinnedReleaseId
  return fleetId === undefined || fleetId === device.fleetId ? device.pinnedReleaseId : null
}
