import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { Generations } from '../fleets/index.js'
import { Changes } from '../live/changes.js'
import { SupervisorFollowersRepository } from './supervisor-followers.repository.js'
import { SupervisorReleases } from './supervisor-releases.service.js'

/** Lets fleets that follow the newest supervisor know that, since this control plane was upgraded, it is another one. */
@Injectable()
export class SupervisorFollowers implements OnApplicationBootstrap {
  private readonly log = new Logger('supervisors')

  constructor(
    private readonly releases: SupervisorReleases,
    private readonly followers: SupervisorFollowersRepository,
    private readonly generations: Generations,
    private readonly changes: Changes,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.announce()
    } catch (err) {
      // Without it devices run as before; no reason not to serve them.
      this.log.warn({ message: 'newest supervisor not announced', err })
    }
  }

  /** Twice where two processes start at once, or one is cut short: a target that is fetched again hurts nobody. */
  private async announce(): Promise<void> {
    const own = await this.releases.own().catch(() => undefined)
    const note = join(this.releases.folder, 'announced')
    if (!own || (await readFile(note, 'utf8').catch(() => '')) === own.digest) return
    await this.changes.run(async (transaction, announce) => {
      for (const fleetId of await this.followers.fleetsWithFollowers(transaction)) {
        announce(await this.generations.raiseFleet(transaction, fleetId))
      }
    })
    await mkdir(this.releases.folder, { recursive: true })
    await writeFile(note, own.digest)
  }
}
