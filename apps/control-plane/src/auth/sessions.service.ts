import { randomUUID } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import { SessionsRepository } from './sessions.repository.js'
import { makeToken } from './token.js'

const DAY_MS = 86_400_000
/** A session ends this long after it was last used. */
export const SESSION_IDLE_MS = 30 * DAY_MS
// Moving the end of a session is a write: once a day is often enough.
const EXTEND_AFTER_MS = DAY_MS

/** Sessions of signed-in users: begun with a password, used with a token, ended by signing out or not coming back. */
@Injectable()
export class SessionsService {
  constructor(private readonly repository: SessionsRepository) {}

  async start(transaction: Transaction, userId: string): Promise<{ token: string; expiresAt: Date }> {
    const { token, hash } = makeToken('session')
    const expiresAt = new Date(Date.now() + SESSION_IDLE_MS)
    await this.repository.insert(transaction, { id: randomUUID(), userId, tokenHash: hash, expiresAt })
    return { token, expiresAt }
  }

  /** The new end of a session that is in use, or undefined where the present one is still far enough away. */
  async slide(id: string, expiresAt: Date): Promise<Date | undefined> {
    const next = new Date(Date.now() + SESSION_IDLE_MS)
    if (next.getTime() - expiresAt.getTime() < EXTEND_AFTER_MS) return undefined
    await this.repository.extend(id, next)
    return next
  }

  end(transaction: Transaction, id: string): Promise<void> {
    return this.repository.delete(transaction, id)
  }

  endOthers(transaction: Transaction, userId: string, keptId: string): Promise<void> {
    return this.repository.deleteOthers(transaction, userId, keptId)
  }
}
