import type { Role } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import type { TimeCursor } from '../http/cursor-keys.js'
import { Membership } from './membership.entity.js'

/** A membership with the user that it is about. */
export interface MemberRow {
  userId: string
  email: string
  name: string
  role: Role
  createdAt: Date
  // createdAt with its microseconds, for cursors.
  position: string
}

const SELECT = `
  SELECT m.user_id AS "userId", u.email, u.name, m.role, m.created_at AS "createdAt", m.created_at::text AS position
  FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1`

@Injectable()
export class MembersRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async find(transaction: Transaction, organizationId: string, userId: string): Promise<MemberRow | undefined> {
    const [row] = await transaction.query<MemberRow[]>(`${SELECT} AND m.user_id = $2`, [organizationId, userId])
    return row
  }

  /** Oldest first. */
  page(organizationId: string, limit: number, after?: TimeCursor): Promise<MemberRow[]> {
    return this.source.query(
      `${SELECT} AND ($2::timestamptz IS NULL OR (m.created_at, m.user_id) > ($2, $3::uuid))
       ORDER BY m.created_at, m.user_id LIMIT $4`,
      [organizationId, after?.at, after?.id, limit],
    )
  }

  /** Whoever changes members of an organization takes turns: two admins may not demote each other at once. */
  async lock(transaction: Transaction, organizationId: string): Promise<void> {
    await transaction.query('SELECT FROM organizations WHERE id = $1 FOR UPDATE', [organizationId])
  }

  countAdmins(transaction: Transaction, organizationId: string): Promise<number> {
    return transaction.countBy(Membership, { organizationId, role: 'admin' })
  }

  async insert(transaction: Transaction, membership: Omit<Membership, 'createdAt'>): Promise<void> {
    await transaction.insert(Membership, membership)
  }

  async setRole(transaction: Transaction, membership: Omit<Membership, 'createdAt'>): Promise<void> {
    const { organizationId, userId, role } = membership
    await transaction.update(Membership, { organizationId, userId }, { role })
  }

  async delete(transaction: Transaction, organizationId: string, userId: string): Promise<void> {
    await transaction.delete(Membership, { organizationId, userId })
  }
}
