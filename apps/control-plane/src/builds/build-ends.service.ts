import type { BuiltImage } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { ActorName } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import type { BusMessage } from '../live/live-bus.js'
import { fleetRepository } from '../registry-auth/index.js'
import { ReleaseMaking } from '../releases/index.js'
import { BuildOutputRepository } from './build-output.repository.js'
import type { Build } from './build.entity.js'
import { BuildsRepository } from './builds.repository.js'

/** How builds end, or begin again: the build's row and the release's change together, in the caller's transaction. */
@Injectable()
export class BuildEnds {
  constructor(
    private readonly builds: BuildsRepository,
    private readonly output: BuildOutputRepository,
    private readonly releases: ReleaseMaking,
  ) {}

  async succeed(transaction: Transaction, build: Build, images: readonly BuiltImage[]): Promise<BusMessage[]> {
    await this.close(transaction, build, 'succeeded', null)
    const messages = await this.releases.complete(transaction, {
      releaseId: build.releaseId,
      repository: fleetRepository(build.fleetId),
      images,
      makesFinal: build.makesFinal,
      actor: actorOf(build),
    })
    return [...messages, await this.changed(transaction, build)]
  }

  async fail(transaction: Transaction, build: Build, reason: string): Promise<BusMessage[]> {
    await this.close(transaction, build, 'failed', reason)
    return [...(await this.releases.fail(transaction, build.releaseId, reason)), await this.changed(transaction, build)]
  }

  async cancel(transaction: Transaction, build: Build, by: ActorName): Promise<BusMessage[]> {
    const reason = `Cancelled by ${by.label}.`
    await this.close(transaction, build, 'cancelled', reason)
    return [...(await this.releases.fail(transaction, build.releaseId, reason)), await this.changed(transaction, build)]
  }

  /** Another attempt, at the same place of the queue. `lost`: its builder died, which is counted. */
  async requeue(transaction: Transaction, build: Build, why: { lost: boolean; note: string }): Promise<BusMessage[]> {
    await this.builds.update(transaction, build.id, {
      state: 'queued',
      runner: null,
      leaseUntil: null,
      lost: build.lost + (why.lost ? 1 : 0),
    })
    await this.output.note(transaction, build.id, why.note)
    return [await this.changed(transaction, build), outputGrew(build)]
  }

  async changed(transaction: Transaction, { id, fleetId }: Pick<Build, 'id' | 'fleetId'>): Promise<BusMessage> {
    const organizationId = await this.builds.organizationOf(transaction, fleetId)
    return { topic: 'change', kind: 'build', id, fleetId, organizationId }
  }

  private async close(
    transaction: Transaction,
    build: Build,
    state: Build['state'],
    reason: string | null,
  ): Promise<void> {
    const ended = { endedAt: new Date(), leaseUntil: null, runner: null, sourceFile: null }
    await this.builds.update(transaction, build.id, { state, reason, ...ended })
  }
}

export function actorOf({ actorKind, actorId, actorLabel }: Build): ActorName {
  return { kind: actorKind, id: actorId, label: actorLabel }
}

export function outputGrew({ id, fleetId }: Pick<Build, 'id' | 'fleetId'>): BusMessage {
  return { topic: 'change', kind: 'build-output', id, fleetId }
}
