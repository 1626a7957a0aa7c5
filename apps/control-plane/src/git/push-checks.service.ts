import { Injectable } from '@nestjs/common'
import { FleetsService } from '../fleets/index.js'
import { describeProblem, ProjectError, readProject, ReleasesService } from '../releases/index.js'
import { commitFacts, objectType, peelToCommit, readTree } from './commits.js'
import type { GitOptions } from './git-program.js'
import type { Push } from './push.js'
import {
  isNothing,
  nameOf,
  PUSH_OPTIONS,
  type RefPlan,
  type RefUpdate,
  unknownOptions,
  versionOfTag,
} from './push-plan.js'

/** Why a push is not taken, line by line. */
export class PushRefusal extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'))
  }
}

/** Looks at a push before anything of it is kept: what passes here is taken whole, what does not leaves no trace. */
@Injectable()
export class PushChecks {
  constructor(
    private readonly fleets: FleetsService,
    private readonly releases: ReleasesService,
  ) {}

  /** `environment` names the quarantine in which the pushed objects are. Throws PushRefusal with everything wrong. */
  async check(push: Push, updates: readonly RefUpdate[], environment: Record<string, string>): Promise<RefPlan[]> {
    const refusals = unknownOptions(push.options).map(
      (option) => `There is no push option ${option}; there is: ${PUSH_OPTIONS.join(', ')}`,
    )
    const plans: RefPlan[] = []
    for (const update of updates) {
      try {
        plans.push(await this.plan(push, update, { repository: push.repository, environment }))
      } catch (error) {
        if (error instanceof PushRefusal) refusals.push(...error.lines)
        else throw error
      }
    }
    if (refusals.length > 0) throw new PushRefusal(refusals)
    return plans
  }

  private async plan(push: Push, update: RefUpdate, git: GitOptions): Promise<RefPlan> {
    const name = nameOf(update.ref)
    if (isNothing(update.after)) return { ...update, kind: 'delete' }
    if (!name) throw new PushRefusal([`${update.ref}: only branches and tags can be pushed`])
    return name.kind === 'branch' ? this.planBranch(push, update, git) : this.planTag(push, update, git)
  }

  private async planBranch(push: Push, update: RefUpdate, git: GitOptions): Promise<RefPlan> {
    const branch = nameOf(update.ref)?.name ?? ''
    const type = await objectType(git, update.after)
    if (type !== 'commit') {
      throw new PushRefusal([`The branch ${branch} must point to a commit; ${update.after.slice(0, 7)} is a ${type}`])
    }
    const platforms = await this.fleets.platformsToBuild(push.fleet.id)
    try {
      const project = await readProject(await readTree(git, update.after), platforms)
      return { ...update, kind: 'branch', branch, commit: await commitFacts(git, update.after), project }
    } catch (error) {
      if (error instanceof ProjectError) throw new PushRefusal(error.problems.map(describeProblem))
      throw error
    }
  }

  private async planTag(push: Push, update: RefUpdate, git: GitOptions): Promise<RefPlan> {
    const tag = nameOf(update.ref)?.name ?? ''
    const commit = await peelToCommit(git, update.after)
    const version = versionOfTag(tag)
    if (version === undefined) return { ...update, kind: 'tag', tag, commit, version }
    if (commit === undefined) throw new PushRefusal([`The tag ${tag} names a version, so it must point to a commit`])
    const holder = await this.releases.ofVersion(push.fleet.id, version)
    if (holder && holder.commit !== commit) {
      const sentence = `${version} is already the release of ${holder.commit.slice(0, 7)}, and versions do not move`
      throw new PushRefusal([`The tag ${tag}: ${sentence}; choose another version`])
    }
    return { ...update, kind: 'tag', tag, commit, version }
  }
}
