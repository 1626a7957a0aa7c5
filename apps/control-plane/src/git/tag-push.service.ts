import { Injectable } from '@nestjs/common'
import { BuildsService } from '../builds/index.js'
import { ReleasesService, ReleaseWrites } from '../releases/index.js'
import { updateRef } from './commits.js'
import { step } from './push-lines.js'
import type { TagPlan } from './push-plan.js'
import type { Push, RefResult } from './push.js'

/** A tag names a version. It builds nothing and deploys nothing: what is deployed is what the deploy branch shows. */
@Injectable()
export class TagPush {
  constructor(
    private readonly releases: ReleasesService,
    private readonly writes: ReleaseWrites,
    private readonly builds: BuildsService,
  ) {}

  async run(push: Push, { ref, after, commit, version }: TagPlan): Promise<RefResult> {
    await updateRef({ repository: push.repository }, ref, after)
    if (version !== undefined && commit !== undefined) await this.name(push, commit, version)
    return { kind: 'moved' }
  }

  private async name(push: Push, commit: string, version: string): Promise<void> {
    const fleetId = push.fleet.id
    if (await this.releases.ofVersion(fleetId, version)) return
    const [built] = await this.releases.builtOf(fleetId, commit)
    const releaseId = built?.id ?? (await this.builds.openOfCommit(fleetId, commit))?.releaseId
    if (releaseId === undefined) {
      push.say(step(`${version} names the release of ${commit.slice(0, 7)} as soon as a branch with it is pushed`))
      return
    }
    await this.writes.name(push.actor, releaseId, version)
    push.say(step(`The release of ${commit.slice(0, 7)} is now ${version}`))
  }
}
