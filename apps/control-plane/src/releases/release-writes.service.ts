import type { UpdateRelease } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import { type Actor, requireRole } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { notFound, Problem } from '../http/problem.js'
import { type Announce, Changes } from '../live/changes.js'
import { ReleaseMaking } from './release-making.service.js'
import type { Release } from './release.entity.js'
import { ReleasesRepository } from './releases.repository.js'

interface Edit {
  actor: Actor
  release: Release
  input: UpdateRelease
  announce: Announce
}

/** What people change of a release after it is built. */
@Injectable()
export class ReleaseWrites {
  constructor(
    private readonly releases: ReleasesRepository,
    private readonly making: ReleaseMaking,
    private readonly changes: Changes,
    private readonly audit: AuditService,
  ) {}

  async update(
    actor: Actor,
    id: string,
    input: UpdateRelease,
    check: (transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.changes.run(async (transaction, announce) => {
      const { release, organizationId } = await this.lock(transaction, actor, id)
      await check(transaction)
      await this.edit(transaction, { actor, release, input, announce })
      const before = { status: release.status, invalidated: release.invalidatedAt !== null }
      const resource = { kind: 'release', id }
      await this.audit.record(transaction, {
        actor,
        action: 'release.updated',
        organizationId,
        resource,
        before,
        after: input,
      })
    })
  }

  /** Makes a built release final, or once more the newest: a push of a commit that was built before. */
  async deploy(actor: Actor, id: string): Promise<void> {
    await this.changes.run(async (transaction, announce) => {
      const { organizationId } = await this.lock(transaction, actor, id)
      announce(...(await this.making.makeFinal(transaction, id, actor)))
      const resource = { kind: 'release', id }
      await this.audit.record(transaction, { actor, action: 'release.deployed', organizationId, resource })
    })
  }

  /** Gives a release its version from a tag. */
  async name(actor: Actor, id: string, version: string): Promise<void> {
    await this.changes.run(async (transaction, announce) => {
      const { release, organizationId } = await this.lock(transaction, actor, id)
      announce(...(await this.making.name(transaction, id, version)))
      const [before, after] = [{ version: release.version }, { version }]
      const resource = { kind: 'release', id }
      await this.audit.record(transaction, { actor, action: 'release.named', organizationId, resource, before, after })
    })
  }

  private async edit(transaction: Transaction, { actor, release, input, announce }: Edit): Promise<void> {
    const wasInvalidated = release.invalidatedAt !== null
    const { status, invalidated = wasInvalidated } = input
    if (status === 'final' && invalidated) {
      throw new Problem('release-invalidated', 409, 'This release is invalidated; make it valid again first.')
    }
    if (invalidated !== wasInvalidated) {
      announce(...(await this.making.setInvalidated(transaction, release, { invalidated, actor })))
    }
    if (status === 'final' && release.status !== 'final') {
      if (release.status !== 'draft') {
        throw new Problem('release-not-built', 409, `This release is ${release.status}; only a draft becomes final.`)
      }
      announce(...(await this.making.makeFinal(transaction, release.id, actor)))
    }
  }

  /** The release, whose fleet nobody else changes until the transaction ends. */
  private async lock(transaction: Transaction, actor: Actor, id: string) {
    const missing = notFound('release', id)
    const found = await this.releases.find(id, transaction)
    if (!found) throw missing
    const fleet = await this.releases.lockFleet(transaction, found.fleetId)
    if (!fleet) throw missing
    requireRole(actor, fleet.organizationId, 'developer', missing)
    // Again: it may have changed while the lock was waited for.
    const release = await this.releases.find(id, transaction)
    if (!release) throw missing
    return { release, organizationId: fleet.organizationId }
  }
}
