import type { BuildView } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { FleetsService } from '../fleets/index.js'
import { ReleasesService, type ReleaseSummary } from '../releases/index.js'
import type { WatchedBuild } from './build-watch.service.js'
import { DeviceWatch } from './device-watch.service.js'
import { bytes, columns, detail, duration, plural, problem, step } from './push-lines.js'
import type { Push } from './push.js'

export interface Outcome {
  deploys: boolean
  // Absent where nothing had to be built.
  build?: BuildView
}

/** The last lines of a push: what came out of it and what happens next. */
@Injectable()
export class PushSummary {
  constructor(
    private readonly releases: ReleasesService,
    private readonly fleets: FleetsService,
    private readonly devices: DeviceWatch,
  ) {}

  async success(push: Push, release: ReleaseSummary, { deploys, build }: Outcome): Promise<void> {
    const before = await this.releases.imagesBefore(release.id)
    const rows = release.images.map(({ service, platform, digest, sizeBytes }) => [
      service,
      platform,
      digest.slice(0, 19),
      bytes(sizeBytes),
      before.some((image) => image.service === service && image.digest === digest) ? 'unchanged' : '',
    ])
    const took = build?.startedAt && build.endedAt && Date.parse(build.endedAt) - Date.parse(build.startedAt)
    const state = deploys || release.status === 'final' ? 'final' : 'a draft'
    push.say(step(`Release ${release.version} is ${state}${took ? `, built in ${duration(took)}` : ''}`))
    for (const line of columns(rows)) push.say(detail(line))
    await (deploys ? this.sayWhatHappens(push, release) : this.sayHowToDeploy(push, release))
  }

  failure(push: Push, { build, isReasonShown }: WatchedBuild): void {
    push.say('')
    if (!isReasonShown) push.say(problem(build.reason ?? 'The build failed.'))
    push.say(problem('No release was made, and the branch stays where it was. Push again to try again.'))
  }

  private sayHowToDeploy(push: Push, { version, status }: ReleaseSummary): void {
    if (status === 'final') return
    const { organization, name, deployBranch } = push.fleet
    push.say(detail(`No device runs a draft. To deploy it, push it to ${deployBranch}, or run:`))
    push.say(detail(`  flotilla release finalize ${version} --fleet ${organization}/${name}`))
  }

  private async sayWhatHappens(push: Push, release: ReleaseSummary): Promise<void> {
    const fleet = await this.fleets.get(push.fleet.id)
    if (fleet.pinned) {
      const pinned = fleet.targetReleaseId === release.id ? 'to this very release' : 'to another release'
      push.say(detail(`The fleet is pinned ${pinned}, and its devices stay there.`))
      push.say(detail(`To let it follow its newest release: flotilla fleet unpin ${fleet.organization}/${fleet.name}`))
      return
    }
    const { total, online } = await this.devices.count(fleet.id)
    if (total === 0) {
      push.say(
        detail(`The fleet has no devices yet. Add one with: flotilla device add ${fleet.organization}/${fleet.name}`),
      )
      return
    }
    push.say(
      detail(`${plural(online, 'device')} online ${online === 1 ? 'gets' : 'get'} it now${offline(total - online)}.`),
    )
    if (push.options.includes('follow')) await this.devices.follow(push, release)
  }
}

function offline(count: number): string {
  if (count === 0) return ''
  return `, ${count} offline as soon as ${count === 1 ? 'it is' : 'they are'} back`
}
