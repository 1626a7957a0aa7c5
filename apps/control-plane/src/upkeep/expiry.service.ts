import { Injectable } from '@nestjs/common'
import { UsedChallenges } from '../hardware/index.js'
import { IdempotencyKeysRepository } from '../http/idempotency-keys.repository.js'
import { DeviceRetention } from './device-retention.service.js'
import { StaleFiles } from './stale-files.service.js'

/** Removes rows whose time is over, and what such rows leave behind. */
@Injectable()
export class Expiry {
  constructor(
    private readonly devices: DeviceRetention,
    private readonly challenges: UsedChallenges,
    private readonly idempotencyKeys: IdempotencyKeysRepository,
    private readonly files: StaleFiles,
  ) {}

  async run(): Promise<void> {
    await this.devices.run()
    await this.challenges.removeExpired()
    await this.idempotencyKeys.deleteExpired()
    await this.files.run()
  }
}
