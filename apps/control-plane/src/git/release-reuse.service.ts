import { Injectable } from '@nestjs/common'
import { FleetsService } from '../fleets/index.js'
import { ReleasesService, type ReleaseSummary, ReleaseWrites } from '../releases/index.js'
import type { Push } from './push.js'
import type { BranchPlan } from './push-plan.js'

/** A commit that was built before is not built again: its release is there, with the very same images. */
@Injectable()
export class ReleaseReuse {
  constructor(
    private readonly releases: ReleasesService,
    private readonly writes: ReleaseWrites,
    private readonly fleets: FleetsService,
  ) {}

  /** The newest release of the commit that has an image for every service and platform that is wanted today. */
  async find(push: Push, { commit, project }: BranchPlan): Promise<ReleaseSummary | undefined> {
    const built = await this.releases.builtOf(push.fleet.id, commit.id)
    return built.find(({ images }) =>
      project.images.every(({ service, platform }) =>
        images.some((image) => image.service === service && image.platform === platform),
      ),
    )
  }

  /** Makes it what the fleet runs: final, and the newest. A pinned fleet stays where it is. */
  async deploy(push: Push, release: ReleaseSummary): Promise<void> {
    const fleet = await this.fleets.get(push.fleet.id)
    const isDone = release.status === 'final' && (fleet.pinned || fleet.targetReleaseId === release.id)
    if (!isDone) await this.writes.deploy(push.actor, release.id)
  }
}
