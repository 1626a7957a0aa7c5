import { Injectable } from '@nestjs/common'
import { UsedChallenges } from '../hardware/index.js'
import { IdempotencyKeysRepository } from '../http/idempotency-keys.repository.js'
import { DeviceRetention } from './device-retention.service.js'
import { StaleFiles } from './stale-files.service.js'
import { runAll } from './run-all.js'

/** Removes rows whose time is over, and what such rows leave behind. */
@Injectable()
export class Expiry {
  constructor(
    private readonly devices: DeviceRetention,
    private readonly challenges: UsedChallenges,
    private readonly idempotencyKeys: IdempotencyKeysRepository,
    private readonly files: StaleFiles,
  ) {}

  run(): Promise<void> {
    return runAll([
      () => this.devices.run(),
      () => this.challenges.removeExpired(),
      () => this.idempotencyKeys.deleteExpired(),
      () => this.files.run(),
    ])
  }
}
