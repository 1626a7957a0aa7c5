import { Injectable, Logger } from '@nestjs/common'
import { DeltaRequests } from './delta-requests.service.js'
import { FleetImages } from './fleet-images.repository.js'
import { type Sources, wantedPairs, type WantedPair } from './wanted-pairs.js'

/** Sees to it that there are deltas for what the devices of each fleet will go to, from what they run. */
@Injectable()
export class DeltaPlans {
  private readonly log = new Logger('deltas')

  constructor(
    private readonly images: FleetImages,
    private readonly requests: DeltaRequests,
  ) {}

  async run(): Promise<void> {
    for (const fleetId of await this.images.fleetsWithDevices()) await this.planFleet(fleetId)
  }

  async planFleet(fleetId: string): Promise<void> {
    const wanted = await this.images.wanted(fleetId)
    if (wanted.length === 0) return
    const pairs = await this.pairsInto(fleetId, wanted)
    const requests = pairs.map((pair) => ({ ...pair, requestedBy: 'build' as const, requester: null }))
    const added = await this.requests.request(requests)
    if (added > 0) this.log.log({ message: 'deltas wanted', fleet: fleetId, added })
  }

  /** From what devices run, or from `sources` where they are given. */
  async pairsInto(fleetId: string, releaseIds: readonly string[], from?: readonly string[]): Promise<WantedPair[]> {
    const into = await this.images.ofReleases(releaseIds)
    return wantedPairs(into, await this.sourcesOf(fleetId, from))
  }

  private async sourcesOf(fleetId: string, from?: readonly string[]): Promise<Sources> {
    const running = await this.images.running(fleetId)
    const releaseIds = from ?? running.flatMap(({ releaseId }) => releaseId ?? [])
    const images = await this.images.ofReleases([...new Set(releaseIds)])
    if (from === undefined) return { fleetId, groups: running, images }
    // Somebody wants these, whether or not a device runs them.
    const places = new Set(images.map(({ releaseId, platform }) => `${releaseId} ${platform}`))
    const groups = images
      .filter(({ releaseId, platform }) => places.delete(`${releaseId} ${platform}`))
      .map(({ releaseId, platform }) => ({ releaseId, platform, version: null, devices: 0 }))
    return { fleetId, groups, images }
  }
}
