import { type Bundle, BUNDLE_FORMAT, type CreateBundle, type CreatedBundle } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Actor } from '../auth/index.js'
import type { FleetRow } from '../fleets/index.js'
import type { ReleaseContents } from '../releases/index.js'
import { TargetSigner } from '../target-state/index.js'
import { BundleImages } from './bundle-images.service.js'
import { type BoardTargets, BundleTargets } from './bundle-targets.service.js'
import { BundleWays } from './bundle-ways.service.js'

export interface BundleOrder extends CreateBundle {
  fleet: FleetRow
  release: ReleaseContents
}

/** Makes bundles: the targets of boards, and the images that those name. */
@Injectable()
export class Bundles {
  constructor(
    private readonly targets: BundleTargets,
    private readonly images: BundleImages,
    private readonly ways: BundleWays,
    private readonly signer: TargetSigner,
  ) {}

  async create(actor: Actor, order: BundleOrder, now: Date): Promise<CreatedBundle> {
    const { fleet, release, devices, deltaFrom } = order
    const chosen = await this.targets.choose({ fleetId: fleet.id, release, devices })
    const targets = chosen.boards.map(({ target }) => target)
    const images = await this.images.of(release, targets)
    const seen = { ...release, organizationId: fleet.organizationId }
    const { contents, without } = await this.ways.into(actor, seen, { images, deltaFrom })
    const bundle: Bundle = {
      format: BUNDLE_FORMAT,
      createdAt: now.toISOString(),
      fleet: { id: fleet.id, name: fleet.name, organization: fleet.organization },
      release: { id: release.id, version: release.version },
      targets: targets.map(({ device: { id, name, hardwareUuid } }) => ({ hardwareUuid, deviceId: id, name })),
      ...contents,
    }
    return {
      bundle: await this.signer.signBundle(JSON.stringify(bundle)),
      targets: Object.fromEntries(chosen.boards.map(({ target, signed }) => [target.device.hardwareUuid, signed])),
      blobBytes: contents.blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      leftOut: chosen.leftOut,
      doubtful: deltaFrom ? doubtful(chosen, [...deltaFrom, release.id]) : [],
      withoutDelta: without,
    }
  }
}

/** Boards that said they run none of these, or never said anything. */
function doubtful({ boards }: BoardTargets, releaseIds: readonly string[]): CreatedBundle['doubtful'] {
  return boards.flatMap(({ place: { id, name, runningReleaseId, runningVersion } }) => {
    if (runningReleaseId !== null && releaseIds.includes(runningReleaseId)) return []
    const reason = runningVersion === null ? 'It is not known what it runs.' : `It last ran ${runningVersion}.`
    return [{ deviceId: id, name, reason }]
  })
}
