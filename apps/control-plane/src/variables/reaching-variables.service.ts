import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import { VariablesRepository } from './variables.repository.js'

/** A variable as a target needs it, its value included. */
export interface ReachingVariable {
  level: 'fleet' | 'device'
  // Absent: every service.
  service?: string
  kind: 'environment' | 'config'
  name: string
  value: string
  secret: boolean
}

/** For target-state alone: it gives secrets. */
@Injectable()
export class ReachingVariables {
  constructor(private readonly variables: VariablesRepository) {}

  async of(transaction: Transaction, place: { fleetId: string; deviceId: string }): Promise<ReachingVariable[]> {
    const rows = await this.variables.reaching(transaction, place)
    return rows.map(({ deviceId, service, kind, name, value, secret }) => ({
      level: deviceId === null ? 'fleet' : 'device',
      ...(service !== null && { service }),
      kind,
      name,
      value,
      secret,
    }))
  }
}
