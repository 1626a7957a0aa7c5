import { Injectable } from '@nestjs/common'
import { SourceArchives } from '../builds/index.js'
import { LeftoversRepository } from './leftovers.repository.js'
import { Repositories } from './repositories.js'

// What is younger may belong to a push whose build is not written down yet.
const OLD_MS = 86_400_000

/** Removes what no row speaks of any more: repositories of deleted fleets, archives of builds that were cut short. */
@Injectable()
export class Leftovers {
  constructor(
    private readonly rows: LeftoversRepository,
    private readonly repositories: Repositories,
    private readonly sources: SourceArchives,
  ) {}

  async run(now = new Date()): Promise<void> {
    const fleetIds = await this.repositories.fleetIds()
    const fleets = await this.rows.fleets(fleetIds)
    for (const id of fleetIds) if (!fleets.has(id)) await this.repositories.remove(id)
    const files = await this.sources.olderThan(new Date(now.getTime() - OLD_MS))
    const needed = await this.rows.sourceFiles()
    for (const file of files) if (!needed.has(file)) await this.sources.remove(file)
  }
}
