import type { ChangePassword, Login } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import { type Actor, SessionsService } from '../auth/index.js'
import { type Transaction, Transactions } from '../database/transactions.js'
import { Problem } from '../http/problem.js'
import { Passwords } from './passwords.js'
import type { User } from './user.entity.js'

export interface StartedSession {
  token: string
  expiresAt: Date
  user: User
}

/** Begins and ends sessions, and changes the password that begins them. */
@Injectable()
export class SignInService {
  constructor(
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  async login(login: Login, ip: string): Promise<StartedSession> {
    const user = await this.passwords.check(login, ip)
    const actor = { kind: 'user', id: user.id, label: user.email, ip } as const
    return this.transactions.run(async (transaction) => {
      const session = await this.sessions.start(transaction, user.id)
      await this.record(transaction, actor, 'session.started')
      return { ...session, user }
    })
  }

  async logout(actor: Actor): Promise<void> {
    const sessionId = requireSession(actor)
    await this.transactions.run(async (transaction) => {
      await this.sessions.end(transaction, sessionId)
      await this.record(transaction, actor, 'session.ended')
    })
  }

  async changePassword(actor: Actor, change: ChangePassword): Promise<void> {
    const sessionId = requireSession(actor)
    const user = await this.passwords.checkAgain(actor.userId, change.currentPassword, actor.ip ?? '')
    const hash = await this.passwords.hash(change.newPassword)
    await this.transactions.run(async (transaction) => {
      await this.passwords.store(transaction, user.id, hash)
      await this.sessions.endOthers(transaction, user.id, sessionId)
      await this.record(transaction, actor, 'user.password-changed')
    })
  }

  private record(transaction: Transaction, actor: Pick<Actor, 'kind' | 'id' | 'label' | 'ip'>, action: string) {
    return this.audit.record(transaction, { actor, action, resource: { kind: 'user', id: actor.id } })
  }
}

function requireSession(actor: Actor): string {
  if (actor.sessionId !== undefined) return actor.sessionId
  throw new Problem('session-needed', 403, 'An API token cannot do this; sign in with your password.')
}
