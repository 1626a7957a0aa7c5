import type { Login } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Transaction, Transactions } from '../database/transactions.js'
import { Problem } from '../http/problem.js'
import { LoginAttemptsRepository } from './login-attempts.repository.js'
import { hashPassword, impossibleHash, isOutdatedHash, verifyPassword } from './password-hash.js'
import type { User } from './user.entity.js'
import { UsersRepository } from './users.repository.js'

/** Checks and stores passwords. */
@Injectable()
export class Passwords {
  private readonly nobodysHash = impossibleHash()

  constructor(
    private readonly users: UsersRepository,
    private readonly attempts: LoginAttemptsRepository,
    private readonly transactions: Transactions,
  ) {}

  /** The user whose password this is. An unknown user and a wrong password look the same, and take as long. */
  async check({ email, password }: Login, ip: string): Promise<User> {
    await this.attempts.begin(email, ip)
    const user = await this.users.byEmail(email)
    const isRight = await verifyPassword(password, user?.passwordHash ?? this.nobodysHash)
    if (!user || !isRight) {
      throw new Problem('credentials-wrong', 401, 'There is no user with this email address and password.')
    }
    await this.attempts.forgive(email, ip)
    await this.refresh(user, password)
    return user
  }

  /** For somebody who is signed in already and is asked for the password once more. */
  async checkAgain(userId: string, password: string, ip: string): Promise<User> {
    const { email } = await this.users.byId(userId)
    return this.check({ email, password }, ip)
  }

  hash(password: string): Promise<string> {
    return hashPassword(password)
  }

  store(transaction: Transaction, userId: string, hash: string): Promise<void> {
    return this.users.setPasswordHash(transaction, userId, hash)
  }

  /** Brings a hash to today's costs; only at sign-in is there a password to do it with. */
  private async refresh(user: User, password: string): Promise<void> {
    if (!isOutdatedHash(user.passwordHash)) return
    const hash = await hashPassword(password)
    await this.transactions.run((transaction) => this.users.setPasswordHash(transaction, user.id, hash))
  }
}
