import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager, IsNull } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import { Variable } from './variable.entity.js'

/** What a variable is set on: a fleet or a device, and whose that is. */
export interface VariablePlace {
  level: 'fleet' | 'device'
  id: string
  fleetId: string
  organizationId: string
}

export type VariableCoordinates = Pick<Variable, 'service' | 'kind' | 'name'>

export interface VariableFilter {
  fleetId?: string
  deviceId?: string
  service?: string
  limit: number
  after?: { name: string; id: string }
}

const PLACE = {
  fleet: `SELECT 'fleet' AS level, id, id AS "fleetId", organization_id AS "organizationId" FROM fleets WHERE id = $1`,
  device: `SELECT 'device' AS level, d.id, f.id AS "fleetId", f.organization_id AS "organizationId"
    FROM devices d JOIN fleets f ON f.id = d.fleet_id WHERE d.id = $1`,
}
const LOCK = { fleet: 'FOR NO KEY UPDATE', device: 'FOR NO KEY UPDATE OF d' }

@Injectable()
export class VariablesRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async findPlace(level: 'fleet' | 'device', id: string): Promise<VariablePlace | undefined> {
    const [row] = await this.source.query<VariablePlace[]>(PLACE[level], [id])
    return row
  }

  /** The place, whose variables nobody else changes until the transaction ends. */
  async lockPlace(transaction: Transaction, level: 'fleet' | 'device', id: string): Promise<VariablePlace | undefined> {
    const [row] = await transaction.query<VariablePlace[]>(`${PLACE[level]} ${LOCK[level]}`, [id])
    return row
  }

  page({ fleetId, deviceId, service, limit, after }: VariableFilter): Promise<Variable[]> {
    const query = this.source
      .getRepository(Variable)
      .createQueryBuilder('v')
      .where('(v.fleetId = :fleetId OR v.deviceId = :deviceId)', {
        fleetId: fleetId ?? null,
        deviceId: deviceId ?? null,
      })
      .orderBy('v.name')
      .addOrderBy('v.id')
      .limit(limit)
    if (service !== undefined) query.andWhere('v.service = :service', { service })
    if (after) query.andWhere('(v.name, v.id) > (:name, CAST(:id AS uuid))', after)
    return query.getMany()
  }

  find(id: string, reader: EntityManager = this.source.manager): Promise<Variable | null> {
    return reader.findOneBy(Variable, { id })
  }

  findAt(transaction: Transaction, place: VariablePlace, at: VariableCoordinates): Promise<Variable | null> {
    const { service, kind, name } = at
    const where = { ...placeColumns(place), service: service ?? IsNull(), kind, name }
    return transaction.findOneBy(Variable, where)
  }

  async insert(
    transaction: Transaction,
    place: VariablePlace,
    variable: Omit<Variable, 'updatedAt' | 'fleetId' | 'deviceId'>,
  ): Promise<void> {
    await transaction.insert(Variable, { ...variable, ...placeColumns(place) })
  }

  async update(transaction: Transaction, id: string, to: Pick<Variable, 'value' | 'secret'>): Promise<void> {
    await transaction.update(Variable, { id }, { ...to, updatedAt: () => 'now()' })
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.delete(Variable, { id })
  }

  /** Every variable that reaches a device, with its values, secrets included: for its target alone. */
  reaching(reader: EntityManager, place: { fleetId: string; deviceId: string }): Promise<Variable[]> {
    return reader.find(Variable, { where: [{ fleetId: place.fleetId }, { deviceId: place.deviceId }] })
  }
}

function placeColumns(place: VariablePlace): { fleetId: string } | { deviceId: string } {
  return place.level === 'fleet' ? { fleetId: place.id } : { deviceId: place.id }
}
