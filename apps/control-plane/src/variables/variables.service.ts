import { randomUUID } from 'node:crypto'
import type { Page, SetVariable, VariableQuery, VariableView } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { type Actor, requireRole } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { decodeCursor, toPage } from '../http/page-cursor.js'
import { notFound, Problem } from '../http/problem.js'
import { Changes } from '../live/changes.js'
import type { Variable } from './variable.entity.js'
import { VariableJournal } from './variable-journal.service.js'
import { checkVariable, roleToChange } from './variable.policy.js'
import { presentVariable } from './variable.presenter.js'
import { type VariablePlace, VariablesRepository } from './variables.repository.js'

@Injectable()
export class VariablesService {
  constructor(
    private readonly variables: VariablesRepository,
    private readonly journal: VariableJournal,
    private readonly changes: Changes,
  ) {}

  async page(actor: Actor, query: VariableQuery): Promise<Page<VariableView>> {
    const [level, id] = placeOf({ fleetId: query.fleet, deviceId: query.device })
    const place = await this.variables.findPlace(level, id)
    if (!place) throw notFound(level, id)
    requireRole(actor, place.organizationId, 'observer', notFound(level, id))
    const rows = await this.variables.page({
      ...(level === 'fleet' ? { fleetId: id } : { deviceId: id, ...(query.inherited && { fleetId: place.fleetId }) }),
      service: query.service,
      limit: query.limit + 1,
      after: nameCursor(query.cursor),
    })
    return toPage(rows, query.limit, presentVariable, (row) => [row.name, row.id])
  }

  /** Sets the one variable that the coordinates name; setting it to what it is changes nothing at all. */
  async set(actor: Actor, input: SetVariable): Promise<VariableView> {
    checkVariable(input)
    const [level, id] = placeOf(input)
    return this.changes.run(async (transaction, announce) => {
      const place = await this.lock(transaction, actor, [level, id])
      const before = await this.variables.findAt(transaction, place, { ...input, service: input.service ?? null })
      if (before && before.value === input.value && before.secret === input.secret) return presentVariable(before)
      const after = await this.write(transaction, place, { input, before })
      announce(...(await this.journal.record(transaction, { actor, place, before: before ?? undefined, after })))
      return presentVariable(after)
    })
  }

  async remove(actor: Actor, id: string): Promise<void> {
    const missing = notFound('variable', id)
    const found = await this.variables.find(id)
    if (!found) throw missing
    await this.changes.run(async (transaction, announce) => {
      const place = await this.lock(transaction, actor, placeOf(found), missing)
      const before = await this.variables.find(id, transaction)
      if (!before) throw missing
      await this.variables.delete(transaction, id)
      announce(...(await this.journal.record(transaction, { actor, place, before })))
    })
  }

  private async lock(
    transaction: Transaction,
    actor: Actor,
    [level, id]: ['fleet' | 'device', string],
    missing = notFound(level, id),
  ): Promise<VariablePlace> {
    const place = await this.variables.lockPlace(transaction, level, id)
    if (!place) throw missing
    requireRole(actor, place.organizationId, roleToChange(level), missing)
    return place
  }

  private async write(
    transaction: Transaction,
    place: VariablePlace,
    { input, before }: { input: SetVariable; before: Variable | null },
  ): Promise<Variable> {
    const { kind, name, value, secret, service = null } = input
    const id = before?.id ?? randomUUID()
    if (before) await this.variables.update(transaction, id, { value, secret })
    else await this.variables.insert(transaction, place, { id, kind, name, value, secret, service })
    const after = await this.variables.find(id, transaction)
    if (!after) throw new Error('A variable that was just written is not there')
    return after
  }
}

function placeOf({
  fleetId,
  deviceId,
}: {
  fleetId?: string | null
  deviceId?: string | null
}): ['fleet' | 'device', string] {
  if (fleetId && !deviceId) return ['fleet', fleetId]
  if (deviceId && !fleetId) return ['device', deviceId]
  throw new Problem('variable-place-unclear', 400, 'Say whose variables you mean: give either a fleet or a device.')
}

function nameCursor(cursor: string | undefined): { name: string; id: string } | undefined {
  const [name = '', id] = decodeCursor(cursor, 2) ?? []
  if (id === undefined) return undefined
  if (!z.uuid().safeParse(id).success || name.includes('\0')) {
    throw new Problem('cursor-invalid', 400, 'This cursor was not made by this list; begin again without one.')
  }
  return { name, id }
}
