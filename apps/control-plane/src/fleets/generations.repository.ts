import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import type { BusMessage } from '../live/live-bus.js'

/**
 * A device's generation is its fleet's revision plus its own. Whoever changes what devices should run or be told
 * raises one of the two in the same transaction, and announces the message that this gives.
 */
@Injectable()
export class Generations {
  async raiseFleet(transaction: Transaction, fleetId: string): Promise<BusMessage> {
    await transaction.query('UPDATE fleets SET revision = revision + 1 WHERE id = $1', [fleetId])
    return { topic: 'target', fleetId }
  }

  async raiseDevice(transaction: Transaction, deviceId: string): Promise<BusMessage> {
    await transaction.query('UPDATE devices SET revision = revision + 1 WHERE id = $1', [deviceId])
    return { topic: 'target', deviceId }
  }

  /**
   * Moves a device into another fleet so that its generation grows by one, however far apart the revisions of the two
   * fleets are: a device refuses a target that is older than the one it has. The revision may become negative. Fleet
   * and name change in one statement, because the present name may be taken there and the new one here.
   */
  async moveDevice(transaction: Transaction, deviceId: string, to: { fleetId: string; name: string }): Promise<void> {
    await transaction.query('SELECT FROM devices WHERE id = $1 FOR UPDATE', [deviceId])
    // Both revisions must stand still, and in one order for all, or two moves could wait for each other.
    await transaction.query(
      `SELECT FROM fleets WHERE id IN (SELECT fleet_id FROM devices WHERE id = $1 UNION SELECT $2::uuid)
       ORDER BY id FOR SHARE`,
      [deviceId, to.fleetId],
    )
    await transaction.query(
      `UPDATE devices d SET fleet_id = t.id, name = $3, revision = f.revision + d.revision + 1 - t.revision
       FROM fleets f, fleets t WHERE d.id = $1 AND f.id = d.fleet_id AND t.id = $2`,
      [deviceId, to.fleetId, to.name],
    )
  }
}
