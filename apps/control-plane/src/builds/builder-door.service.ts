import type { BuildOutput, BuildResult, BuiltImage } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import { notFound, Problem } from '../http/problem.js'
import { Changes } from '../live/changes.js'
import type { BusMessage } from '../live/live-bus.js'
import { BuildEnds, outputGrew } from './build-ends.service.js'
import { BuildOutputRepository } from './build-output.repository.js'
import type { Build } from './build.entity.js'
import { BuildsRepository } from './builds.repository.js'
import { LEASE_MS, notYours } from './build-lease.policy.js'

/** What a builder does with the build that its job's token opens. `attempt` is the token's. */
@Injectable()
export class BuilderDoor {
  constructor(
    private readonly builds: BuildsRepository,
    private readonly output: BuildOutputRepository,
    private readonly ends: BuildEnds,
    private readonly changes: Changes,
  ) {}

  /** Appends output and renews the lease. */
  async append(id: string, attempt: number, output: BuildOutput): Promise<{ cancelled: boolean }> {
    return this.changes.run(async (transaction, announce) => {
      const build = found(id, await this.builds.lock(transaction, id))
      if (build.state === 'cancelled' || isLate(build)) return { cancelled: true }
      requireLease(build, attempt, output.attempt)
      await this.builds.update(transaction, id, { leaseUntil: new Date(Date.now() + LEASE_MS) })
      if (output.lines.length === 0) return { cancelled: false }
      await this.output.append(transaction, id, output)
      announce(outputGrew(build))
      return { cancelled: false }
    })
  }

  /** Gives the build as it was before it ended. */
  async finish(id: string, attempt: number, result: BuildResult): Promise<Build> {
    return this.changes.run(async (transaction, announce) => {
      const build = found(id, await this.builds.lockWithFleet(transaction, id))
      requireLease(build, attempt, result.attempt)
      announce(...(await this.end(transaction, build, result)))
      return build
    })
  }

  private async end(transaction: Transaction, build: Build, result: BuildResult): Promise<BusMessage[]> {
    switch (result.outcome) {
      case 'built':
        requireAllImages(build, result.images)
        return this.ends.succeed(transaction, build, result.images)
      case 'failed':
        return this.ends.fail(transaction, build, withService(result.service, result.reason))
      case 'handed-back':
        return this.ends.requeue(transaction, build, {
          lost: false,
          note: 'The builder is stopped before the build is done; the next one begins it again.',
        })
    }
  }
}

function found(id: string, build: Build | null): Build {
  if (!build) throw notFound('build', id)
  return build
}

function isLate({ state, deadlineAt }: Build): boolean {
  return state === 'running' && deadlineAt !== null && deadlineAt <= new Date()
}

/** Throws unless the build is under way, and in this very attempt. */
function requireLease(build: Build, ...attempts: number[]): void {
  if (build.state === 'running' && attempts.every((attempt) => attempt === build.attempt)) return
  throw notYours()
}

function requireAllImages(build: Build, images: readonly BuiltImage[]): void {
  const wanted = build.tasks.map(({ service, platform }) => `${service} ${platform}`).sort()
  const made = images.map(({ service, platform }) => `${service} ${platform}`).sort()
  if (wanted.join('\n') === made.join('\n')) return
  throw new Problem('images-incomplete', 400, `The result must hold one image each for: ${wanted.join(', ')}.`)
}

function withService(service: string | undefined, reason: string): string {
  return service === undefined || reason.includes(service) ? reason : `${service}: ${reason}`
}
