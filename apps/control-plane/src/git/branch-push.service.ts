import type { BuildView } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { BuildsService } from '../builds/index.js'
import type { ReleaseSummary } from '../releases/index.js'
import { archive, isAncestor, resolveRef, tagsAt, updateRef } from './commits.js'
import { BuildWatch } from './build-watch.service.js'
import { PushSummary } from './push-summary.service.js'
import type { Push, RefResult } from './push.js'
import { type BranchPlan, isNothing, versionOfTag } from './push-plan.js'
import { detail, problem, step } from './push-lines.js'
import { ReleaseReuse } from './release-reuse.service.js'

/** Makes a release of the commit that a branch was moved to. See docs/adr/0007-a-push-is-a-build.md. */
@Injectable()
export class BranchPush {
  constructor(
    private readonly builds: BuildsService,
    private readonly watch: BuildWatch,
    private readonly reuse: ReleaseReuse,
    private readonly summary: PushSummary,
  ) {}

  async run(push: Push, plan: BranchPlan): Promise<RefResult> {
    const { fleet } = push
    push.say(step(`${fleet.organization}/${fleet.name}: ${plan.branch} at ${plan.commit.id.slice(0, 7)}`))
    if (plan.commit.subject !== '') push.say(detail(plan.commit.subject))
    const built = await this.reuse.find(push, plan)
    if (built) {
      push.say(step(`This commit was built before, as release ${built.version}`))
      return this.land(push, plan, built)
    }
    const open = await this.builds.openOfCommit(fleet.id, plan.commit.id)
    if (open) push.say(step('This commit is being built already'))
    const refusal = open ? undefined : await this.refuseRival(push, plan)
    if (refusal) return refusal
    return this.finish(push, plan, open?.id ?? (await this.submit(push, plan)))
  }

  private async submit(push: Push, { branch, commit, project }: BranchPlan): Promise<string> {
    const { fleet, actor, repository } = push
    const tags = await tagsAt({ repository }, commit.id)
    const submission = {
      fleetId: fleet.id,
      commit: commit.id,
      branch,
      message: commit.subject,
      author: commit.author,
      committedAt: commit.committedAt,
      version: tags.map(versionOfTag).find((version) => version !== undefined),
      project,
      makesFinal: branch === fleet.deployBranch,
      createdBy: actor,
    }
    const { buildId, version } = await this.builds.submit(submission, archive({ repository }, commit.id))
    const platforms = [...new Set(project.images.map((image) => image.platform))]
    const services = Object.keys(project.compose.services)
    push.say(
      step(`Building release ${version} from ${project.file}: ${services.join(', ')} for ${platforms.join(', ')}`),
    )
    push.say(detail('Ctrl-C leaves the build running.'))
    return buildId
  }

  private async finish(push: Push, plan: BranchPlan, buildId: string): Promise<RefResult> {
    const watched = await this.watch.untilOver(push, buildId)
    const ended = watched.build
    const built = ended.state === 'succeeded' ? await this.reuse.find(push, plan) : undefined
    if (built) return this.land(push, plan, built, ended)
    this.summary.failure(push, watched)
    return { kind: 'refused', reason: ended.state === 'cancelled' ? 'build cancelled' : 'build failed' }
  }

  /** The release is there: the branch moves, and what is to be deployed is. */
  private async land(push: Push, plan: BranchPlan, release: ReleaseSummary, build?: BuildView): Promise<RefResult> {
    const moved = await this.moveBranch(push, plan)
    const deploys = plan.branch === push.fleet.deployBranch
    if (deploys) await this.reuse.deploy(push, release)
    await this.summary.success(push, release, { deploys, build })
    return moved
  }

  /**
   * Git moves the branch where nothing else has happened to it: it knows how to take a shallow clone's. Where the push
   * waited behind another one of the same branch, git would find it changed and refuse what we found good.
   */
  private async moveBranch({ repository }: Push, { ref, before, commit }: BranchPlan): Promise<RefResult> {
    const now = await resolveRef({ repository }, ref)
    if (now === undefined ? isNothing(before) : now === before) return { kind: 'move' }
    await updateRef({ repository }, ref, commit.id)
    return { kind: 'moved' }
  }

  /**
   * The branch still shows what it was before the build that somebody else began: a commit beside theirs would undo
   * their work without either of them knowing. A forced push is meant to.
   */
  private async refuseRival(push: Push, { branch, before, commit }: BranchPlan): Promise<RefResult | undefined> {
    const { repository, fleet, actor } = push
    const rival = await this.builds.openOfBranch(fleet.id, branch)
    if (!rival || rival.actorId === actor.id || (await isAncestor({ repository }, rival.commit, commit.id)))
      return undefined
    const isForced = !isNothing(before) && !(await isAncestor({ repository }, before, commit.id))
    if (isForced) return undefined
    const which = `${rival.commit.slice(0, 7)}, pushed by ${rival.actorLabel}`
    push.say(problem(`${which}, is being built for ${branch}, and is not part of what you push.`))
    push.say(problem('Wait until it is done, then pull and push again.'))
    return { kind: 'refused', reason: 'another commit is being built' }
  }
}
