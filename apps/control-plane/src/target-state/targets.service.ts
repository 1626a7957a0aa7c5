import type { SignedTarget, Target } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { buildTarget, type TargetParts, withoutSecrets } from './build-target.js'
import { ReachingSettings } from './reaching-settings.service.js'
import { RunnableReleases } from './runnable-releases.service.js'
import { TargetPlaces } from './target-places.repository.js'
import { TargetSigner } from './target-signer.service.js'

export interface MadeTarget {
  generation: number
  target: Target
  signed: SignedTarget
}

/** Makes targets. */
@Injectable()
export class Targets {
  constructor(
    private readonly places: TargetPlaces,
    private readonly releases: RunnableReleases,
    private readonly settings: ReachingSettings,
    private readonly signer: TargetSigner,
  ) {}

  /** undefined where there is no such device, or no board in it. */
  async signed(deviceId: string): Promise<MadeTarget | undefined> {
    const parts = await this.parts(deviceId)
    if (!parts) return undefined
    const target = buildTarget(parts)
    const signed = await this.signer.sign(JSON.stringify(target))
    return { generation: parts.place.generation, target, signed }
  }

  async forPeople(deviceId: string) {
    const parts = await this.parts(deviceId)
    return parts && { generation: parts.place.generation, target: buildTarget(withoutSecrets(parts)) }
  }

  /**
   * The generation is read before anything else: where something changes meanwhile, the target is newer than it says
   * and is fetched once more. The other way round, a device would keep an old target under a new number.
   */
  private async parts(deviceId: string): Promise<TargetParts | undefined> {
    const place = await this.places.find(deviceId)
    if (!place) return undefined
    const [release, settings] = await Promise.all([this.releases.for(place), this.settings.of(place)])
    return { place, release, ...settings }
  }
}
