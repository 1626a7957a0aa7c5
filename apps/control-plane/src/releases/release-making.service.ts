import { randomUUID } from 'node:crypto'
import type { BuiltImage, ComposeSpec } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import type { ActorName } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { FleetsService } from '../fleets/index.js'
import type { BusMessage } from '../live/live-bus.js'
import type { Release } from './release.entity.js'
import { ReleasesRepository } from './releases.repository.js'

export interface NewRelease {
  fleetId: string
  commit: string
  branch?: string
  message?: string
  author?: string
  committedAt?: Date
  compose: ComposeSpec
  // From a tag; absent: the release's number and the commit.
  version?: string
  createdBy: ActorName
}

export interface Completion {
  releaseId: string
  repository: string
  images: readonly BuiltImage[]
  makesFinal: boolean
  actor: ActorName
}

/**
 * The life of a release up to final, as builds and pushes lead it. Everything runs in the caller's transaction, which
 * holds the fleet's lock first; the messages are published after its commit.
 */
@Injectable()
export class ReleaseMaking {
  constructor(
    private readonly releases: ReleasesRepository,
    private readonly fleets: FleetsService,
    private readonly audit: AuditService,
  ) {}

  async begin(transaction: Transaction, input: NewRelease): Promise<Release> {
    const fleet = await this.releases.lockFleet(transaction, input.fleetId)
    const number = await this.releases.nextNumber(transaction, input.fleetId)
    const { fleetId, commit, branch = null, message = null, author = null, compose, createdBy } = input
    const { committedAt = null } = input
    const version = await this.freeVersion(transaction, input, `${number}-${commit.slice(0, 7)}`)
    const id = randomUUID()
    const facts = { branch, message, author, committedAt, createdBy: createdBy.label }
    const open = { status: 'building' as const, failureReason: null, invalidatedAt: null, finalizedAt: null }
    await this.releases.insert(transaction, { id, fleetId, number, version, commit, compose, ...facts, ...open })
    await this.audit.record(transaction, {
      actor: createdBy,
      action: 'release.created',
      organizationId: fleet?.organizationId,
      resource: { kind: 'release', id },
      after: { fleetId, version, commit, branch },
    })
    const release = await this.releases.find(id, transaction)
    if (!release) throw new Error('A release that was just written is not there')
    return release
  }

  /** The images are there: the release is a draft, or final at once. */
  async complete(transaction: Transaction, done: Completion): Promise<BusMessage[]> {
    const { releaseId, repository, images } = done
    await this.releases.insertImages(
      transaction,
      images.map(({ sizeBytes, unpackedBytes, layers = null, ...image }) => ({
        ...{ ...image, releaseId, repository, layers },
        sizeBytes: String(sizeBytes),
        unpackedBytes: unpackedBytes === undefined ? null : String(unpackedBytes),
      })),
    )
    await this.releases.update(transaction, releaseId, { status: 'draft' })
    if (done.makesFinal) return this.makeFinal(transaction, releaseId, done.actor)
    return this.changed(transaction, releaseId)
  }

  async fail(transaction: Transaction, releaseId: string, reason: string): Promise<BusMessage[]> {
    await this.releases.update(transaction, releaseId, { status: 'failed', failureReason: reason })
    return this.changed(transaction, releaseId)
  }

  /** Makes a built release final, or the one that was made so last: a fleet that follows the newest takes it. */
  async makeFinal(transaction: Transaction, releaseId: string, actor: ActorName): Promise<BusMessage[]> {
    await this.releases.markFinal(transaction, releaseId)
    const release = await this.releases.find(releaseId, transaction)
    if (!release) throw new Error(`Release ${releaseId} is not there`)
    const target = await this.fleets.releaseFinalized(transaction, { fleetId: release.fleetId, releaseId, actor })
    return [...target, ...(await this.changed(transaction, releaseId))]
  }

  /** Devices never get an invalidated release: those that had it go to the newest that is left. */
  async setInvalidated(transaction: Transaction, release: Release, to: { invalidated: boolean; actor: ActorName }) {
    await this.releases.markInvalidated(transaction, release.id, to.invalidated)
    const fact = { fleetId: release.fleetId, releaseId: release.id, actor: to.actor }
    const target = release.status === 'final' ? await this.fleets.releaseInvalidated(transaction, fact) : []
    return [...target, ...(await this.changed(transaction, release.id))]
  }

  async name(transaction: Transaction, releaseId: string, version: string): Promise<BusMessage[]> {
    await this.releases.update(transaction, releaseId, { version })
    return this.changed(transaction, releaseId)
  }

  /** A version that a release has already stays with it: the commit is built once more, for other platforms. */
  private async freeVersion(transaction: Transaction, { fleetId, version }: NewRelease, own: string): Promise<string> {
    if (version === undefined) return own
    return (await this.releases.ofVersion(fleetId, version, transaction)) ? own : version
  }

  private async changed(transaction: Transaction, releaseId: string): Promise<BusMessage[]> {
    const release = await this.releases.find(releaseId, transaction)
    if (!release) return []
    const fleet = await this.releases.lockFleet(transaction, release.fleetId)
    const place = { fleetId: release.fleetId, organizationId: fleet?.organizationId }
    return [{ topic: 'change', kind: 'release', id: releaseId, ...place }]
  }
}
