import type { BuildOrder } from '@flotilla/contracts'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { notFound } from '../http/problem.js'
import { Changes } from '../live/changes.js'
import { fleetRepository, RegistryTokens } from '../registry-auth/index.js'
import { ReleasesService } from '../releases/index.js'
import { BuildEnds } from './build-ends.service.js'
import { LEASE_MS, notYours } from './build-lease.policy.js'
import type { Build } from './build.entity.js'
import { BuildsRepository } from './builds.repository.js'

// A push that began in time may end after the deadline.
const TOKEN_GRACE_SECONDS = 60

export interface Claim {
  buildId: string
  // Of the job's token.
  attempt: number
  // Differs for every run of a job; a request that is repeated names the same. Without one, none is a repetition.
  runner: string | undefined
}

/** Gives a build to the builder that asks first, with all that it needs. */
@Injectable()
export class BuildClaims {
  constructor(
    private readonly builds: BuildsRepository,
    private readonly ends: BuildEnds,
    private readonly changes: Changes,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async claim({ buildId, attempt, runner }: Claim): Promise<Build> {
    return this.changes.run(async (transaction, announce) => {
      const build = await this.builds.lock(transaction, buildId)
      if (!build) throw notFound('build', buildId)
      const isOwn = runner !== undefined && build.runner === runner
      const isRepeated = build.state === 'running' && build.attempt === attempt && isOwn
      const isFree = build.state === 'queued' && build.attempt + 1 === attempt
      if (!isRepeated && !isFree) throw notYours()
      const now = Date.now()
      const deadlineAt = build.deadlineAt ?? new Date(now + this.config.BUILD_TIMEOUT_SECONDS * 1000)
      const startedAt = build.startedAt ?? new Date(now)
      const leased = {
        state: 'running' as const,
        attempt,
        runner: runner ?? null,
        startedAt,
        deadlineAt,
        leaseUntil: new Date(now + LEASE_MS),
      }
      await this.builds.update(transaction, buildId, leased)
      announce(await this.ends.changed(transaction, build))
      return { ...build, ...leased }
    })
  }
}

@Injectable()
export class BuildOrders {
  constructor(
    private readonly claims: BuildClaims,
    private readonly releases: ReleasesService,
    private readonly tokens: RegistryTokens,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async take(claim: Claim): Promise<BuildOrder> {
    const build = await this.claims.claim(claim)
    const timeLeftMs = Math.max(1, (build.deadlineAt?.getTime() ?? 0) - Date.now())
    const { token } = await this.tokens.forBuild(build, Math.ceil(timeLeftMs / 1000) + TOKEN_GRACE_SECONDS)
    const { host } = new URL(this.config.REGISTRY_URL)
    const before = await this.releases.imagesBefore(build.releaseId)
    const tasks = build.tasks.map((task) => {
      const { service, platform } = task
      const cache = before.find((image) => image.service === service && image.platform === platform)
      // The tag keeps the image from being collected; nothing addresses it so.
      const tag = [build.releaseId, service, platform.replace('linux/', '').replaceAll('/', '-')].join('.')
      return {
        ...task,
        push: `${host}/${fleetRepository(build.fleetId)}:${tag}`,
        ...(cache && { cacheFrom: `${cache.repository}@${cache.digest}` }),
      }
    })
    const committedAt = await this.releases.committedAt(build.releaseId)
    const registry = { host, url: this.config.REGISTRY_URL, token }
    const dated = committedAt && { commitTime: Math.floor(committedAt.getTime() / 1000) }
    return { buildId: build.id, tasks, registry, ...dated, timeLeftMs }
  }
}
