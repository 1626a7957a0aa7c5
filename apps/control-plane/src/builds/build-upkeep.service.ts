import { Injectable, Logger } from '@nestjs/common'
import { Changes } from '../live/changes.js'
import { BuildEnds } from './build-ends.service.js'
import { judge, MAX_LOST } from './build-lease.policy.js'
import type { Build } from './build.entity.js'
import { BuildsRepository } from './builds.repository.js'
import { BuildsService } from './builds.service.js'

/** Ends what went on too long, begins again what lost its builder, and fills a queue that lost its jobs. */
@Injectable()
export class BuildUpkeep {
  private readonly log = new Logger('builds')

  constructor(
    private readonly repository: BuildsRepository,
    private readonly ends: BuildEnds,
    private readonly changes: Changes,
    private readonly builds: BuildsService,
  ) {}

  async run(now = new Date()): Promise<void> {
    for (const build of await this.repository.open()) {
      if (judge(build, now).kind !== 'keep') await this.treat(build.id, now)
    }
    await this.builds.refill()
  }

  private async treat(id: string, now: Date): Promise<void> {
    const before = await this.changes.run(async (transaction, announce) => {
      // Again under the lock: its builder may have come back.
      const build = await this.repository.lockWithFleet(transaction, id)
      const verdict = build ? judge(build, now) : undefined
      if (!build || verdict?.kind === 'keep') return undefined
      if (verdict?.kind === 'fail') announce(...(await this.ends.fail(transaction, build, verdict.reason)))
      else announce(...(await this.ends.requeue(transaction, build, { lost: true, note: lostNote(build) })))
      return build
    })
    if (!before) return
    this.log.warn({ message: 'build lost its lease or its time', build: id, attempt: before.attempt })
    await this.builds.settle(before)
  }
}

function lostNote({ lost }: Build): string {
  return `The builder went silent and is taken for dead; the build begins again (${lost + 2} of ${MAX_LOST}).`
}
