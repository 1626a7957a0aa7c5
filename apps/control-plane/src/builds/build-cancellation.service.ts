import { Injectable } from '@nestjs/common'
import { AuditService } from '../audit/index.js'
import { type Actor, requireRole } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { notFound, Problem } from '../http/problem.js'
import { Changes } from '../live/changes.js'
import { BuildEnds } from './build-ends.service.js'
import { type Build, isOver } from './build.entity.js'
import { BuildsRepository } from './builds.repository.js'

@Injectable()
export class BuildCancellation {
  constructor(
    private readonly builds: BuildsRepository,
    private readonly ends: BuildEnds,
    private readonly changes: Changes,
    private readonly audit: AuditService,
  ) {}

  /** Gives the build as it was before. Its builder hears of it with the next thing that it says. */
  cancel(actor: Actor, id: string): Promise<Build> {
    return this.changes.run(async (transaction, announce) => {
      const { build, organizationId } = await this.lock(transaction, actor, id)
      if (isOver(build)) throw new Problem('build-over', 409, `This build is over: ${build.state}.`)
      announce(...(await this.ends.cancel(transaction, build, actor)))
      const before = { state: build.state }
      const resource = { kind: 'build', id }
      await this.audit.record(transaction, { actor, action: 'build.cancelled', organizationId, resource, before })
      return build
    })
  }

  private async lock(transaction: Transaction, actor: Actor, id: string) {
    const missing = notFound('build', id)
    const build = await this.builds.lockWithFleet(transaction, id)
    const organizationId = build && (await this.builds.organizationOf(transaction, build.fleetId))
    if (!build || !organizationId) throw missing
    requireRole(actor, organizationId, 'developer', missing)
    return { build, organizationId }
  }
}
