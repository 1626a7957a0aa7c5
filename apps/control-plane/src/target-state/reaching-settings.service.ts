import { Injectable } from '@nestjs/common'
import { effectivePolicy, forcedRelease } from '../fleets/index.js'
import { SupervisorReleases } from '../supervisor-releases/index.js'
import { ReachingVariables } from '../variables/index.js'
import { configOf, type TargetParts } from './build-target.js'
import { TargetPlaces, type TargetPlaceRow } from './target-places.repository.js'

/** What people have set for a device, and what follows from it alone. */
@Injectable()
export class ReachingSettings {
  constructor(
    private readonly places: TargetPlaces,
    private readonly variables: ReachingVariables,
    private readonly supervisors: SupervisorReleases,
  ) {}

  async of(place: TargetPlaceRow): Promise<Omit<TargetParts, 'place' | 'release'>> {
    const { fleetId, deviceId } = place
    const variables = await this.variables.of(this.places.reader, { fleetId, deviceId })
    const policy = policyOf(place)
    const supervisor = await this.supervisors.wanted(configOf(variables))
    return { policy, variables, supervisor, ...(policy.transfers.neighbours && { neighbourKey: place.neighbourKey }) }
  }
}

function policyOf(place: TargetPlaceRow) {
  const forced = forcedRelease(place.wantedReleaseId, place.forcedReleaseIds)
  return effectivePolicy([place.fleetUpdatePolicy, place.deviceUpdatePolicy], forced)
}
