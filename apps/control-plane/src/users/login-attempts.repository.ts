import { createHash } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { DataSource } from 'typeorm'
import { Problem } from '../http/problem.js'

const WINDOW_SECONDS = 15 * 60
const PER_ACCOUNT_AND_ADDRESS = 10
// Somebody who comes from everywhere. Far more than one person needs: nobody is to lock out another by accident.
const PER_ACCOUNT = 100
// Many people may share an address; somebody who tries many accounts does so too.
const PER_ADDRESS = 100

/** Counts wrong passwords over all processes, so that nobody can try one after the other. */
@Injectable()
export class LoginAttemptsRepository {
  private readonly places: RateLimiterPostgres
  private readonly accounts: RateLimiterPostgres
  private readonly addresses: RateLimiterPostgres

  constructor(@InjectDataSource() source: DataSource) {
    const shared = {
      storeClient: source,
      storeType: 'typeorm',
      tableName: 'login_attempts',
      tableCreated: true,
      duration: WINDOW_SECONDS,
    }
    this.places = new RateLimiterPostgres({ ...shared, keyPrefix: 'place', points: PER_ACCOUNT_AND_ADDRESS })
    this.accounts = new RateLimiterPostgres({ ...shared, keyPrefix: 'account', points: PER_ACCOUNT })
    this.addresses = new RateLimiterPostgres({ ...shared, keyPrefix: 'address', points: PER_ADDRESS })
  }

  /** Counts an attempt before its password is looked at, so that many at once count too; throws 429 above the limit. */
  async begin(account: string, ip: string): Promise<void> {
    await consume(this.addresses, ip)
    await consume(this.places, key(account, ip))
    await consume(this.accounts, key(account))
  }

  /** The password was right: only wrong ones count. */
  async forgive(account: string, ip: string): Promise<void> {
    await this.places.delete(key(account, ip))
    await this.accounts.reward(key(account), 1)
    await this.addresses.reward(ip, 1)
  }
}

async function consume(limiter: RateLimiterPostgres, name: string): Promise<void> {
  try {
    await limiter.consume(name)
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))
    throw new Problem('too-many-attempts', 429, `Too many attempts to sign in; wait ${seconds} seconds.`, {
      retryAfterSeconds: seconds,
    })
  }
}

function key(account: string, ip = ''): string {
  return createHash('sha256').update(`${account.toLowerCase()}\n${ip}`).digest('base64url')
}
