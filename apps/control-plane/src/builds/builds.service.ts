import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Injectable } from '@nestjs/common'
import { notYours } from './build-lease.policy.js'
import { BuildQueue } from './build-queue.js'
import { BuildSubmissions, type Submission, type Submitted } from './build-submissions.service.js'
import type { Build } from './build.entity.js'
import { BuildsRepository, type OpenBuild } from './builds.repository.js'
import { SourceArchives } from './source-archives.js'

/** What other features do with builds, and what follows when one begins or ends. */
@Injectable()
export class BuildsService {
  constructor(
    private readonly submissions: BuildSubmissions,
    private readonly sources: SourceArchives,
    private readonly queue: BuildQueue,
    private readonly builds: BuildsRepository,
  ) {}

  /** Takes a commit in for building; `source` is its tree as tar.gz. */
  async submit(submission: Submission, source: Readable): Promise<Submitted> {
    const buildId = randomUUID()
    const file = await this.sources.store(buildId, source)
    try {
      const submitted = await this.submissions.create(buildId, file, submission)
      await this.queue.fill(submission.fleetId)
      return submitted
    } catch (error) {
      await this.sources.remove(file)
      throw error
    }
  }

  openOfBranch(fleetId: string, branch: string): Promise<OpenBuild | undefined> {
    return this.builds.openOfBranch(fleetId, branch)
  }

  openOfCommit(fleetId: string, commit: string): Promise<OpenBuild | undefined> {
    return this.builds.openOfCommit(fleetId, commit)
  }

  /** The archive of a build that is under way in this attempt. */
  async source(buildId: string, attempt: number): Promise<{ stream: Readable; bytes: number }> {
    const build = await this.builds.find(buildId)
    if (build?.state !== 'running' || build.attempt !== attempt || build.sourceFile === null) throw notYours()
    return this.sources.open(build.sourceFile)
  }

  /** Queues whatever should be queued and is not. */
  refill(): Promise<void> {
    return this.queue.fill()
  }

  /** After a build ended or was queued again; `build` as it was before. */
  async settle(build: Build): Promise<void> {
    const now = await this.builds.find(build.id)
    if (build.sourceFile !== null && !now?.sourceFile) await this.sources.remove(build.sourceFile)
    if (build.state === 'queued') await this.queue.withdraw(build.id, build.attempt + 1)
    await this.queue.fill(build.fleetId)
  }
}
