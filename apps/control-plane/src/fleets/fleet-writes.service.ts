import { randomUUID } from 'node:crypto'
import type { CreateFleet, UpdateFleet } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import { type Actor, requireRole } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { violatedUnique } from '../database/unique-violation.js'
import { notFound, Problem } from '../http/problem.js'
import { type Announce, Changes } from '../live/changes.js'
import { FleetTargets, place } from './fleet-targets.service.js'
import { changedPolicy, isSamePolicy } from './update-policy.js'
import { notDeployable } from './fleet.policy.js'
import { type FleetRow, FleetsRepository } from './fleets.repository.js'

export type FleetCheck = (transaction: Transaction, fleet: FleetRow) => Promise<void>

interface Edit {
  actor: Actor
  fleet: FleetRow
  input: UpdateFleet
  announce: Announce
}

@Injectable()
export class FleetWrites {
  constructor(
    private readonly fleets: FleetsRepository,
    private readonly targets: FleetTargets,
    private readonly changes: Changes,
    private readonly audit: AuditService,
  ) {}

  async create(actor: Actor, input: CreateFleet): Promise<FleetRow> {
    const missing = notFound('organization', input.organization)
    const organizationId = await this.fleets.findOrganization(input.organization)
    if (organizationId === undefined) throw missing
    requireRole(actor, organizationId, 'developer', missing)
    const { name, deployBranch, platforms } = input
    const fleet = { id: randomUUID(), organizationId, name, deployBranch, platforms: unique(platforms) }
    return this.changes
      .run(async (transaction, announce) => {
        await this.fleets.insert(transaction, { ...fleet, targetReleaseId: null, pinned: false })
        await this.audit.record(transaction, fact(actor, fleet, 'fleet.created', { after: input }))
        announce({ topic: 'change', kind: 'fleet', ...place(fleet) })
        return this.read(transaction, fleet.id)
      })
      .catch((error: unknown) => rejectTakenName(error, name))
  }

  update(actor: Actor, id: string, input: UpdateFleet, check: FleetCheck): Promise<FleetRow> {
    return this.changes
      .run(async (transaction, announce) => {
        const fleet = await this.lock(transaction, actor, id)
        await check(transaction, fleet)
        await this.edit(transaction, { actor, fleet, input, announce })
        return this.read(transaction, id)
      })
      .catch((error: unknown) => rejectTakenName(error, input.name ?? id))
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.changes.run(async (transaction, announce) => {
      const fleet = await this.lock(transaction, actor, id)
      const { total } = (await this.fleets.deviceCounts([id], transaction)).get(id) ?? { total: 0 }
      if (total > 0) {
        const sentence = `The fleet still has ${total} device${total === 1 ? '' : 's'}; move or delete them first.`
        throw new Problem('fleet-not-empty', 409, sentence)
      }
      await this.fleets.delete(transaction, id)
      await this.audit.record(transaction, fact(actor, fleet, 'fleet.deleted', { before: { name: fleet.name } }))
      announce({ topic: 'target', fleetId: id }, { topic: 'change', kind: 'fleet', ...place(fleet) })
    })
  }

  private async edit(transaction: Transaction, { actor, fleet, input, announce }: Edit): Promise<void> {
    const { name = fleet.name, deployBranch = fleet.deployBranch, platforms = fleet.platforms } = input
    const updatePolicy = changedPolicy(fleet.updatePolicy, input.updatePolicy)
    const fields = { name, deployBranch, platforms: unique(platforms), updatePolicy }
    await this.fleets.update(transaction, fleet.id, fields)
    const target = await this.wantedTarget(transaction, fleet, input.pinnedReleaseId)
    const targetChanges = target.targetReleaseId !== fleet.targetReleaseId || target.pinned !== fleet.pinned
    const policyChanges = !isSamePolicy(updatePolicy, fleet.updatePolicy)
    if (policyChanges) await this.targets.recordPolicy(transaction, fleet, updatePolicy, actor)
    // Targets also name the fleet.
    if (targetChanges || policyChanges || name !== fleet.name) {
      announce(...(await this.targets.change(transaction, fleet, target, actor)))
    } else announce({ topic: 'change', kind: 'fleet', ...place(fleet) })
    const before = {
      name: fleet.name,
      deployBranch: fleet.deployBranch,
      platforms: fleet.platforms,
      updatePolicy: fleet.updatePolicy,
      ...targetOf(fleet),
    }
    await this.audit.record(
      transaction,
      fact(actor, fleet, 'fleet.updated', { before, after: { ...fields, ...target } }),
    )
  }

  private async wantedTarget(transaction: Transaction, fleet: FleetRow, pin: string | null | undefined) {
    if (pin === undefined) return targetOf(fleet)
    if (pin === null) {
      const newest = await this.fleets.newestDeployable(transaction, fleet.id)
      return { targetReleaseId: newest ?? null, pinned: false }
    }
    const release = await this.fleets.findDeployable(transaction, fleet.id, pin)
    if (release === undefined) throw notDeployable(pin)
    return { targetReleaseId: release, pinned: true }
  }

  private async lock(transaction: Transaction, actor: Actor, id: string): Promise<FleetRow> {
    const fleet = await this.fleets.lock(transaction, id)
    if (!fleet) throw notFound('fleet', id)
    requireRole(actor, fleet.organizationId, 'developer', notFound('fleet', id))
    return fleet
  }

  private async read(transaction: Transaction, id: string): Promise<FleetRow> {
    const fleet = await this.fleets.find(id, transaction)
    if (!fleet) throw new Error('A fleet that was just written is not there')
    return fleet
  }
}

function targetOf({ targetReleaseId, pinned }: FleetRow) {
  return { targetReleaseId, pinned }
}

function fact(actor: Actor, fleet: { id: string; organizationId: string }, action: string, more: object) {
  return { actor, action, organizationId: fleet.organizationId, resource: { kind: 'fleet', id: fleet.id }, ...more }
}

function rejectTakenName(error: unknown, name: string): never {
  if (violatedUnique(error) !== undefined) {
    throw new Problem('fleet-name-taken', 409, `There is already a fleet called ${name}; choose another name.`)
  }
  throw error
}

function unique<T>(items: T[]): T[] {
  return [...new Set(items)]
}
