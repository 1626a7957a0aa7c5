import { Injectable } from '@nestjs/common'
import { DeviceLogRetention } from '../device-logs/index.js'
import { Leftovers } from '../git/index.js'
import { UsedChallenges } from '../hardware/index.js'
import { IdempotencyKeysRepository } from '../http/idempotency-keys.repository.js'

/** Removes rows whose time is over, and files of which no row speaks any more. */
@Injectable()
export class Expiry {
  constructor(
    private readonly logs: DeviceLogRetention,
    private readonly challenges: UsedChallenges,
    private readonly idempotencyKeys: IdempotencyKeysRepository,
    private readonly leftovers: Leftovers,
  ) {}

  async run(): Promise<void> {
    await this.logs.run()
    await this.challenges.removeExpired()
    await this.idempotencyKeys.deleteExpired()
    await this.leftovers.run()
  }
}
