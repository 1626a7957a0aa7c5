import { isDeepStrictEqual } from 'node:util'
import type { RegisterRequest } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import type { DeviceRow } from '../devices/index.js'
import { type Announce, Changes } from '../live/changes.js'
import { Boards, described } from './boards.service.js'
import { HardwareJournal } from './hardware-journal.service.js'
import { requireProof, requireSameBoard } from './hardware.policy.js'
import { type HardwareRow, HardwareRepository } from './hardware.repository.js'

/** A board comes for the first time, or again because it never heard the answer: the same device both times. */
@Injectable()
export class Registration {
  constructor(
    private readonly hardware: HardwareRepository,
    private readonly boards: Boards,
    private readonly journal: HardwareJournal,
    private readonly changes: Changes,
  ) {}

  async register(request: RegisterRequest): Promise<DeviceRow> {
    requireProof(request)
    return this.changes.run(async (transaction, announce) => {
      const { uuid } = request.hardware
      await this.hardware.lockUuid(transaction, uuid)
      const known = await this.hardware.findByUuid(uuid, transaction)
      return known
        ? this.welcomeBack(transaction, announce, { known, request })
        : this.admit(transaction, announce, request)
    })
  }

  private async admit(transaction: Transaction, announce: Announce, request: RegisterRequest): Promise<DeviceRow> {
    const admitted = await this.boards.admit(transaction, request)
    const { uuid, platform } = request.hardware
    announce(...(await this.journal.recordAdmission(transaction, { ...admitted, uuid, platform })))
    return admitted.device
  }

  private async welcomeBack(
    transaction: Transaction,
    announce: Announce,
    { known, request }: { known: HardwareRow; request: RegisterRequest },
  ): Promise<DeviceRow> {
    requireSameBoard(known, request.hardware.publicKey)
    const device = await this.boards.deviceOf(transaction, known)
    const { platform, deviceType, serialNumber, memoryBytes } = known
    const [from, to] = [{ platform, deviceType, serialNumber, memoryBytes }, described(request.hardware)]
    if (!isDeepStrictEqual(from, to)) await this.hardware.describe(transaction, known.id, to)
    if (from.platform !== to.platform) {
      announce(...(await this.journal.recordPlatform(transaction, device, { hardwareId: known.id, from, to })))
    }
    return device
  }
}
