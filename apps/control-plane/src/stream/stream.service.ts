import type { LiveEvent, LiveQuery } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Actor, requireRole, visibleOrganizations } from '../auth/index.js'
import { notFound } from '../http/problem.js'
import type { ServerEvent } from '../http/sse.js'
import { LiveBus } from '../live/live-bus.js'
import { changeFeed } from './change-feed.js'
import { StreamScopeRepository, type ScopeKind } from './stream-scope.repository.js'
import { type Change, isWanted, type StreamScope } from './stream-scope.js'

const MOST_REMEMBERED = 10_000

/** Tells listeners what changed among the things that they may see. */
@Injectable()
export class StreamService {
  private readonly fleetOwners = new Map<string, string>()

  constructor(
    private readonly bus: LiveBus,
    private readonly owners: StreamScopeRepository,
  ) {}

  /** What the actor will hear; 404 for a thing that there is not, or not for them. */
  async scope(actor: Actor, query: LiveQuery): Promise<StreamScope> {
    const things = (['organization', 'fleet', 'device', 'build'] as const).flatMap((kind) =>
      query[kind] === undefined ? [] : [this.requireVisible(actor, kind, query[kind])],
    )
    const owners = await Promise.all(things)
    return {
      // Of two things in different organizations nothing is in both.
      organizationIds: new Set(visibleOrganizations(actor).filter((id) => owners.every((owner) => owner === id))),
      fleetId: query.fleet,
      deviceId: query.device,
      buildId: query.build,
    }
  }

  async *events(scope: StreamScope, signal: AbortSignal): AsyncGenerator<ServerEvent[]> {
    for await (const batch of changeFeed(this.bus, (change) => isWanted(change, scope), signal)) {
      const events: ServerEvent[] = []
      for (const change of batch) {
        if (await this.isVisible(change, scope)) events.push({ type: 'change', data: present(change) })
      }
      if (events.length > 0) yield events
    }
  }

  private async requireVisible(actor: Actor, kind: ScopeKind, id: string): Promise<string> {
    const missing = notFound(kind, id)
    const owner = await this.owners.owner(kind, id)
    if (owner === undefined) throw missing
    requireRole(actor, owner, 'observer', missing)
    return owner
  }

  private async isVisible(change: Change, scope: StreamScope): Promise<boolean> {
    const owner = change.organizationId ?? (change.fleetId && (await this.ownerOfFleet(change.fleetId)))
    return owner !== undefined && scope.organizationIds.has(owner)
  }

  /** Fleets never change hands, so each is asked for once. */
  private async ownerOfFleet(id: string): Promise<string | undefined> {
    const known = this.fleetOwners.get(id)
    if (known !== undefined) return known
    const owner = await this.owners.owner('fleet', id)
    if (this.fleetOwners.size >= MOST_REMEMBERED) this.fleetOwners.clear()
    if (owner !== undefined) this.fleetOwners.set(id, owner)
    return owner
  }
}

function present({ kind, id, fleetId }: Change): LiveEvent {
  return { kind, id, ...(fleetId !== undefined && { fleetId }) }
}
