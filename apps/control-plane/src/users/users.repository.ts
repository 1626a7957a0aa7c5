import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import { User } from './user.entity.js'

@Injectable()
export class UsersRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  byId(id: string): Promise<User> {
    return this.source.getRepository(User).findOneByOrFail({ id })
  }

  byEmail(email: string, transaction: Transaction = this.source.manager): Promise<User | null> {
    return transaction.createQueryBuilder(User, 'user').where('lower(user.email) = lower(:email)', { email }).getOne()
  }

  /** For the first user alone: callers who come at the same time wait here for each other. */
  async hasAny(transaction: Transaction): Promise<boolean> {
    await transaction.query('LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE')
    return transaction.exists(User)
  }

  async insert(transaction: Transaction, user: Omit<User, 'createdAt'>): Promise<User> {
    await transaction.insert(User, user)
    return transaction.findOneByOrFail(User, { id: user.id })
  }

  async setPasswordHash(transaction: Transaction, id: string, passwordHash: string): Promise<void> {
    await transaction.update(User, { id }, { passwordHash })
  }

  /** Names of organizations by their ids, in the order of names. */
  organizationNames(ids: readonly string[]): Promise<{ id: string; name: string }[]> {
    return this.source.query('SELECT id, name FROM organizations WHERE id = ANY($1::uuid[]) ORDER BY name', [ids])
  }
}
