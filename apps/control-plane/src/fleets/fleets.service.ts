import { arch } from 'node:process'
import { type Platform, PlatformSchema, type Role } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Actor, type ActorName, requireRole } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { notFound, Problem } from '../http/problem.js'
import type { BusMessage } from '../live/live-bus.js'
import { FleetTargets } from './fleet-targets.service.js'
import { notDeployable } from './fleet.policy.js'
import { type FleetRow, FleetsRepository } from './fleets.repository.js'

export interface ReleaseFact {
  fleetId: string
  releaseId: string
  actor: ActorName
}

/** What other features ask of fleets. Only `require` checks what a caller may do. */
@Injectable()
export class FleetsService {
  constructor(
    private readonly fleets: FleetsRepository,
    private readonly targets: FleetTargets,
  ) {}

  async byPath(organization: string, name: string): Promise<FleetRow> {
    const fleet = await this.fleets.findByPath(organization, name)
    if (!fleet) throw notFound('fleet', `${organization}/${name}`)
    return fleet
  }

  async get(id: string): Promise<FleetRow> {
    const fleet = await this.fleets.find(id)
    if (!fleet) throw notFound('fleet', id)
    return fleet
  }

  /** The fleet, where the actor has at least `role` in its organization; else throws `missing`, or why not. */
  async require(actor: Actor, id: string, role: Role, missing = notFound('fleet', id)): Promise<FleetRow> {
    const fleet = await this.fleets.find(id)
    if (!fleet) throw missing
    requireRole(actor, fleet.organizationId, role, missing)
    return fleet
  }

  /** Throws unless devices of the fleet may be told to run the release: its own, final and not invalidated. */
  async requireDeployable(transaction: Transaction, fleetId: string, releaseId: string): Promise<void> {
    if ((await this.fleets.findDeployable(transaction, fleetId, releaseId)) === undefined) {
      throw notDeployable(releaseId)
    }
  }

  /** What a release of the fleet must be built for: what its boards are and what it names. Never empty. */
  async platformsToBuild(fleetId: string): Promise<Platform[]> {
    const fleet = await this.get(fleetId)
    const wanted = new Set([...fleet.platforms, ...(await this.fleets.platformsOfBoards(fleetId))])
    if (wanted.size === 0) wanted.add(ownPlatform())
    return PlatformSchema.options.filter((platform) => wanted.has(platform))
  }

  /** A release became final: a fleet that follows the newest takes it. Publish the messages after the commit. */
  async releaseFinalized(transaction: Transaction, fact: ReleaseFact): Promise<BusMessage[]> {
    const fleet = await this.fleets.lock(transaction, fact.fleetId)
    // The fleet went away while it was built for.
    if (!fleet || fleet.pinned) return []
    return this.targets.change(transaction, fleet, { targetReleaseId: fact.releaseId, pinned: false }, fact.actor)
  }

  /**
   * A release was invalidated, or is valid again: devices may have to leave it for the newest that is left, or may
   * have it again. Refused while the fleet is pinned to it.
   */
  async releaseInvalidated(transaction: Transaction, fact: ReleaseFact): Promise<BusMessage[]> {
    const fleet = await this.fleets.lock(transaction, fact.fleetId)
    if (!fleet) return []
    if (fleet.pinned && fleet.targetReleaseId === fact.releaseId) {
      throw new Problem('release-pinned', 409, 'The fleet is pinned to this release; let it follow the newest first.')
    }
    const targetReleaseId = fleet.pinned
      ? fleet.targetReleaseId
      : ((await this.fleets.newestDeployable(transaction, fleet.id)) ?? null)
    return this.targets.change(transaction, fleet, { targetReleaseId, pinned: fleet.pinned }, fact.actor)
  }
}

function ownPlatform(): Platform {
  if (arch === 'arm64') return 'linux/arm64'
  return arch === 'arm' ? 'linux/arm/v7' : 'linux/amd64'
}
