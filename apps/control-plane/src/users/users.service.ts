import { randomUUID } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { Actor, ActorName } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { violatedUnique } from '../database/unique-violation.js'
import { Problem } from '../http/problem.js'
import { hashPassword } from './password-hash.js'
import type { User } from './user.entity.js'
import { UsersRepository } from './users.repository.js'

export interface NewUser {
  email: string
  name?: string
  password: string
}

/** People who can sign in. What they may do is their memberships' matter. */
@Injectable()
export class UsersService {
  constructor(
    private readonly repository: UsersRepository,
    private readonly audit: AuditService,
  ) {}

  findByEmail(transaction: Transaction, email: string): Promise<User | null> {
    return this.repository.byEmail(email, transaction)
  }

  /** Whether there is any user yet; holds off other makers of users until the transaction ends. */
  hasAny(transaction: Transaction): Promise<boolean> {
    return this.repository.hasAny(transaction)
  }

  async create(transaction: Transaction, actor: ActorName & Pick<Actor, 'ip'>, user: NewUser): Promise<User> {
    const { email, name = email, password } = user
    const row = { id: randomUUID(), email, name, passwordHash: await hashPassword(password) }
    const created = await this.repository.insert(transaction, row).catch((error: unknown) => {
      if (violatedUnique(error) === undefined) throw error
      throw new Problem('user-exists', 409, `There is already a user with the address ${email}.`)
    })
    await this.audit.record(transaction, {
      actor,
      action: 'user.created',
      resource: { kind: 'user', id: created.id },
      after: { email: created.email, name: created.name },
    })
    return created
  }
}
