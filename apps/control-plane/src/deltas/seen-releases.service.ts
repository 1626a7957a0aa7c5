import type { Role } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Actor } from '../auth/index.js'
import { FleetsService } from '../fleets/index.js'
import { notFound } from '../http/problem.js'
import { ReleasesService } from '../releases/index.js'
import type { SeenRelease } from './release-deltas.service.js'

/** Releases that callers name. */
@Injectable()
export class SeenReleases {
  constructor(
    private readonly releases: ReleasesService,
    private readonly fleets: FleetsService,
  ) {}

  /** The release, once it is built, where the actor has at least `role` in its organization. */
  async require(actor: Actor, id: string, role: Role): Promise<SeenRelease> {
    const { fleetId, version } = await this.releases.contents(id)
    const { organizationId } = await this.fleets.require(actor, fleetId, role, notFound('release', id))
    return { id, fleetId, organizationId, version }
  }
}
