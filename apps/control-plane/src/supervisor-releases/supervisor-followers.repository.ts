import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import { LATEST, SUPERVISOR_VERSION } from './supervisor-version.js'

@Injectable()
export class SupervisorFollowersRepository {
  /** Fleets in which all devices, or some of them, should run the newest supervisor. */
  async fleetsWithFollowers(transaction: Transaction): Promise<string[]> {
    const rows = await transaction.query<{ id: string }[]>(
      `SELECT DISTINCT coalesce(v.fleet_id, d.fleet_id) AS id
       FROM variables v LEFT JOIN devices d ON d.id = v.device_id
       WHERE v.kind = 'config' AND v.name = $1 AND v.value = $2 ORDER BY id`,
      [SUPERVISOR_VERSION, LATEST],
    )
    return rows.map(({ id }) => id)
  }
}
