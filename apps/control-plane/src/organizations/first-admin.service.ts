import { randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { SYSTEM } from '../auth/index.js'
import { Transactions } from '../database/transactions.js'
import { UsersService } from '../users/index.js'
import { OrganizationsService } from './organizations.service.js'

const ORGANIZATION = 'default'
const GENERATED_BYTES = 15

export interface FirstAdmin {
  email: string
  // Only where it was generated: this is the one time that anybody sees it.
  password?: string
}

/** Lets somebody into a server that nobody can sign in to yet. */
@Injectable()
export class FirstAdminService {
  constructor(
    private readonly transactions: Transactions,
    private readonly users: UsersService,
    private readonly organizations: OrganizationsService,
  ) {}

  /** Makes the first user, with an organization to begin in; undefined where there are users already. */
  ensure(email: string, givenPassword?: string): Promise<FirstAdmin | undefined> {
    const password = givenPassword ?? randomBytes(GENERATED_BYTES).toString('base64url')
    return this.transactions.run(async (transaction) => {
      if (await this.users.hasAny(transaction)) return undefined
      const user = await this.users.create(transaction, SYSTEM, { email, password })
      await this.organizations.createFor(transaction, SYSTEM, user.id, { name: ORGANIZATION })
      return givenPassword === undefined ? { email, password } : { email }
    })
  }
}
