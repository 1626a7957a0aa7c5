import { Injectable } from '@nestjs/common'
import type { Platform } from '@flotilla/contracts'
import { TargetReleases } from '../devices/index.js'
import { type ReleaseContents, ReleasesService } from '../releases/index.js'
import type { TargetPlaceRow } from './target-places.repository.js'
import { Recent } from './recent.js'

// What a fleet's devices need after one push is read once, not once per device.
const MOST_CHOICES = 2_000
const MOST_RELEASES = 200

interface Choice {
  releaseId: string
  version: string
}

/** The release that a board can run, with all that is in it. */
@Injectable()
export class RunnableReleases {
  // Which release a wanted one comes to can change with the fleet's revision only.
  private readonly choices = new Recent<Promise<Choice | undefined>>(MOST_CHOICES)
  private readonly releases = new Recent<Promise<ReleaseContents>>(MOST_RELEASES)

  constructor(
    private readonly targets: TargetReleases,
    private readonly contents: ReleasesService,
  ) {}

  async for(place: TargetPlaceRow): Promise<ReleaseContents | undefined> {
    if (place.wantedReleaseId === null) return undefined
    const key = `${place.fleetId} ${place.fleetRevision} ${place.wantedReleaseId} ${place.platform}`
    const choice = await remembered(this.choices, key, () => this.choose(place.wantedReleaseId ?? '', place.platform))
    if (!choice) return undefined
    const release = await remembered(this.releases, choice.releaseId, () => this.contents.contents(choice.releaseId))
    return { ...release, version: choice.version }
  }

  private async choose(releaseId: string, platform: Platform): Promise<Choice | undefined> {
    const [target] = await this.targets.resolve([{ releaseId, platform }])
    if (!target || target.targetReleaseId === null) return undefined
    return { releaseId: target.targetReleaseId, version: target.targetVersion ?? '' }
  }
}

/** Who asks while it is made waits for the same; a failure is not remembered. */
function remembered<T>(recent: Recent<Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = recent.get(key)
  if (known) return known
  const making = make()
  recent.set(key, making)
  making.catch(() => recent.delete(key, making))
  return making
}
