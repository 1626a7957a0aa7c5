import { randomUUID } from 'node:crypto'
import type { HardwareDescription, RegisterRequest } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import { type DeviceRow, DevicesService } from '../devices/index.js'
import { Problem } from '../http/problem.js'
import { ProvisioningKeys } from '../provisioning-keys/index.js'
import { HardwareRepository } from './hardware.repository.js'

/** Puts a new board into a device of its own. */
@Injectable()
export class Boards {
  constructor(
    private readonly hardware: HardwareRepository,
    private readonly devices: DevicesService,
    private readonly keys: ProvisioningKeys,
  ) {}

  async admit(transaction: Transaction, request: RegisterRequest) {
    if (request.provisioningKey === undefined) {
      const sentence = 'A board needs a provisioning key of its fleet to join; make one and give it to the board.'
      throw new Problem('provisioning-key-missing', 403, sentence)
    }
    const key = await this.keys.use(transaction, request.provisioningKey)
    const { uuid, publicKey } = request.hardware
    const device = await this.devices.create(transaction, { fleetId: key.fleetId, name: request.name, uuid })
    const id = randomUUID()
    await this.hardware.insert(transaction, {
      id,
      uuid,
      publicKey,
      deviceId: device.id,
      ...described(request.hardware),
    })
    return { device, hardwareId: id, provisioningKeyId: key.id }
  }

  async deviceOf(transaction: Transaction, { deviceId }: { deviceId: string }): Promise<DeviceRow> {
    const device = await this.devices.find(deviceId, transaction)
    if (!device) throw new Error('A board has no device')
    return device
  }
}

/** What a board says of itself, as its row holds it. */
export function described({ platform, deviceType, serialNumber, memoryBytes }: HardwareDescription) {
  return {
    platform,
    deviceType: text(deviceType),
    serialNumber: text(serialNumber),
    memoryBytes: memoryBytes === undefined ? null : String(memoryBytes),
  }
}

/** Device trees end their strings with NUL, which Postgres does not take. */
function text(value: string | undefined): string | null {
  return value?.replaceAll('\0', '') ?? null
}
