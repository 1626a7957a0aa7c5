import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'

export interface OverdueCommand {
  id: string
  deviceId: string
  fleetId: string
  organizationId: string
  // Whether the device had fetched it.
  delivered: boolean
}

/** What upkeep asks of commands. */
@Injectable()
export class OverdueCommandsRepository {
  /** Those that nobody answered in time; nobody else changes them until the transaction ends. */
  lockOverdue(transaction: Transaction, limit: number): Promise<OverdueCommand[]> {
    return transaction.query(
      `SELECT c.id, c.device_id AS "deviceId", d.fleet_id AS "fleetId", f.organization_id AS "organizationId",
         c.delivered_at IS NOT NULL AS delivered
       FROM device_commands c JOIN devices d ON d.id = c.device_id JOIN fleets f ON f.id = d.fleet_id
       WHERE c.ended_at IS NULL AND c.expires_at <= now()
       ORDER BY c.expires_at LIMIT $1 FOR UPDATE OF c SKIP LOCKED`,
      [limit],
    )
  }

  async deleteEnded(transaction: Transaction, olderThanDays: number): Promise<void> {
    await transaction.query('DELETE FROM device_commands WHERE ended_at < now() - make_interval(days => $1)', [
      olderThanDays,
    ])
  }
}
