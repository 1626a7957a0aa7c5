import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, Not } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import { Session } from './session.entity.js'

@Injectable()
export class SessionsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async insert(transaction: Transaction, session: Omit<Session, 'createdAt'>): Promise<void> {
    await transaction.insert(Session, session)
    await transaction.query('DELETE FROM sessions WHERE user_id = $1 AND expires_at < now()', [session.userId])
  }

  async extend(id: string, expiresAt: Date): Promise<void> {
    await this.source.getRepository(Session).update({ id }, { expiresAt })
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.delete(Session, { id })
  }

  async deleteOthers(transaction: Transaction, userId: string, keptId: string): Promise<void> {
    await transaction.delete(Session, { userId, id: Not(keptId) })
  }
}
