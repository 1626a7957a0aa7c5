import { type CreatedBundle, MOST_BUNDLE_DEVICES, type SignedTarget, type Target } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { Problem } from '../http/problem.js'
import { Targets } from '../target-state/index.js'
import { type BundlePlace, BundlePlaces } from './bundle-places.repository.js'

// A whole fleet at once would leave the database nothing for its devices.
const AT_ONCE = 8

export interface BoardTarget {
  place: BundlePlace
  target: Target
  signed: SignedTarget
}

export interface BoardTargets {
  boards: BoardTarget[]
  leftOut: CreatedBundle['leftOut']
}

interface Wanted {
  fleetId: string
  release: { id: string; version: string }
  // Absent: every device.
  devices?: readonly string[]
}

/** The targets of boards, as the cloud would give them now. */
@Injectable()
export class BundleTargets {
  constructor(
    private readonly places: BundlePlaces,
    private readonly targets: Targets,
  ) {}

  /** Those that name the release. Throws 409 where none does. */
  async choose({ fleetId, release, devices }: Wanted): Promise<BoardTargets> {
    const places = await this.find(fleetId, devices)
    const chosen: BoardTargets = { boards: [], leftOut: [] }
    for (let at = 0; at < places.length; at += AT_ONCE) {
      const made = places.slice(at, at + AT_ONCE).map((place) => this.targetOf(place, release))
      for (const each of await Promise.all(made)) {
        if ('reason' in each) chosen.leftOut.push(each)
        else chosen.boards.push(each)
      }
    }
    if (chosen.boards.length === 0) throw noBoardFor(release.version, chosen.leftOut)
    return chosen
  }

  private async find(fleetId: string, devices: readonly string[] | undefined): Promise<BundlePlace[]> {
    const places = await this.places.ofFleet(fleetId, devices, MOST_BUNDLE_DEVICES + 1)
    if (places.length > MOST_BUNDLE_DEVICES) {
      const detail = `One bundle is for ${MOST_BUNDLE_DEVICES} devices at most: make several, each for some of them.`
      throw new Problem('too-many-devices', 422, detail)
    }
    const unknown = devices?.find((id) => !places.some((place) => place.id === id))
    if (unknown === undefined) return places
    throw new Problem('device-unknown', 422, `There is no device ${unknown} in the fleet.`)
  }

  private async targetOf(place: BundlePlace, release: Wanted['release']) {
    const out = (reason: string) => ({ deviceId: place.id, name: place.name, reason })
    const made = place.hasBoard ? await this.targets.signed(place.id) : undefined
    if (!made) return out('It has no board.')
    const { target, signed } = made
    const named = target.apps[0]?.release
    if (!named) return out('There is no release that it could run.')
    if (named.id !== release.id) return out(`It is to run ${named.version}.`)
    return { place, target, signed }
  }
}

function noBoardFor(version: string, leftOut: BoardTargets['leftOut']): Problem {
  const [first, ...others] = leftOut
  if (!first) return new Problem('nothing-to-bundle', 409, 'The fleet has no device that a bundle could be for.')
  const more = others.length === 0 ? '' : `, and ${others.length} more likewise`
  const why = `${first.name}: ${first.reason}${more}`
  const detail = `No device is to run ${version}: deploy it to the fleet, or pin devices to it, first. (${why})`
  return new Problem('nothing-to-bundle', 409, detail)
}
