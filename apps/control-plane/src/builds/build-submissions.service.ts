import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import { Changes } from '../live/changes.js'
import { type ImageSource, type NewRelease, type Project, ReleaseMaking } from '../releases/index.js'
import { BuildEnds } from './build-ends.service.js'
import type { Build, TaskTemplate } from './build.entity.js'
import { BuildsRepository } from './builds.repository.js'

export interface Submission extends Omit<NewRelease, 'compose'> {
  project: Project
  // To the deploy branch: the release is final as soon as it is built.
  makesFinal: boolean
}

export interface Submitted {
  buildId: string
  releaseId: string
  version: string
}

/** Writes down what is to be built: a release and its build, which then wait for a builder. */
@Injectable()
export class BuildSubmissions {
  constructor(
    private readonly builds: BuildsRepository,
    private readonly releases: ReleaseMaking,
    private readonly ends: BuildEnds,
    private readonly changes: Changes,
  ) {}

  async create(buildId: string, sourceFile: string, { project, makesFinal, ...input }: Submission): Promise<Submitted> {
    return this.changes.run(async (transaction, announce) => {
      const release = await this.releases.begin(transaction, { ...input, compose: project.compose })
      const { createdBy, fleetId } = input
      await this.insert(transaction, {
        id: buildId,
        fleetId,
        releaseId: release.id,
        tasks: project.images.map(taskOf),
        makesFinal,
        sourceFile,
        actorKind: createdBy.kind,
        actorId: createdBy.id,
        actorLabel: createdBy.label,
      })
      announce(await this.ends.changed(transaction, { id: buildId, fleetId }))
      return { buildId, releaseId: release.id, version: release.version }
    })
  }

  private insert(transaction: Transaction, build: Omit<Build, keyof typeof UNBEGUN | 'queuedAt'>): Promise<void> {
    return this.builds.insert(transaction, { ...build, ...UNBEGUN })
  }
}

const UNBEGUN = {
  state: 'queued' as const,
  attempt: 0,
  reason: null,
  startedAt: null,
  endedAt: null,
  leaseUntil: null,
  deadlineAt: null,
  runner: null,
  lost: 0,
}

function taskOf(source: ImageSource): TaskTemplate {
  const { service, platform } = source
  if ('image' in source) return { service, platform, context: '.', args: {}, image: source.image }
  return { service, platform, ...source.build }
}
