import { Injectable } from '@nestjs/common'
import type { Actor } from '../auth/index.js'
import { DeltasBetween, type DeltasFound, FleetImages, type SeenRelease } from '../deltas/index.js'
import { Problem } from '../http/problem.js'
import { bundleContents, type BundleImage } from './bundle-contents.js'

interface WantedImages {
  images: readonly BundleImage[]
  deltaFrom?: readonly string[]
}

/** Decides between layers and deltas. */
@Injectable()
export class BundleWays {
  constructor(
    private readonly deltas: DeltasBetween,
    private readonly fleetImages: FleetImages,
  ) {}

  /** Throws 409 while deltas that are wanted are being made. */
  async into(actor: Actor, release: SeenRelease, { images, deltaFrom }: WantedImages) {
    if (!deltaFrom) return { contents: bundleContents(images), without: [] }
    if (deltaFrom.includes(release.id)) {
      throw new Problem('delta-from-itself', 422, 'A delta starts from another release than the one that it makes.')
    }
    const platforms = new Set(images.map(({ platform }) => platform))
    const found = await this.deltas.find(actor, release, deltaFrom)
    if (found.pending > 0) throw beingMade(found)
    const beginnings = await this.fleetImages.ofReleases(deltaFrom)
    const contents = bundleContents(images, { releaseIds: deltaFrom, images: beginnings, deltas: found.ready })
    return { contents, without: found.without.filter(({ platform }) => platforms.has(platform)) }
  }
}

function beingMade({ pending, readyInSeconds = 5 }: DeltasFound): Problem {
  const what = pending === 1 ? 'A delta is' : `${pending} deltas are`
  const detail = `${what} being made, which takes about ${readyInSeconds} s: ask again then.`
  return new Problem('deltas-being-made', 409, detail, { retryAfterSeconds: readyInSeconds })
}
