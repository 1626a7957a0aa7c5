import { Injectable } from '@nestjs/common'
import type { Actor } from '../auth/index.js'
import { DeltaPlans } from './delta-plans.service.js'
import { type DeltasFound, KnownPairs } from './known-pairs.service.js'
import { DeltaOrders, ReleaseDeltas, type SeenRelease } from './release-deltas.service.js'

/** The deltas from certain releases of a fleet into the images of another, wherever those differ by much. */
@Injectable()
export class DeltasBetween {
  constructor(
    private readonly plans: DeltaPlans,
    private readonly deltas: ReleaseDeltas,
    private readonly orders: DeltaOrders,
    private readonly known: KnownPairs,
  ) {}

  /** Orders those that nobody has asked for yet. One that failed stays so until somebody asks for it by itself. */
  async find(actor: Actor, release: SeenRelease, from: readonly string[]): Promise<DeltasFound> {
    await this.deltas.requireSources(release.fleetId, from)
    const pairs = await this.plans.pairsInto(release.fleetId, [release.id], from)
    const { missing } = await this.known.of(release.fleetId, pairs)
    if (missing > 0) await this.orders.make(actor, release, { from: [...from] })
    return this.known.describe(release.fleetId, (await this.known.of(release.fleetId, pairs)).rows)
  }
}
