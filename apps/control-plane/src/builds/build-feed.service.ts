import type { BuildOutputLineView, BuildView } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { isDatabaseAway } from '../database/database-away.js'
import { notFound } from '../http/problem.js'
import { type BusMessage, LiveBus } from '../live/live-bus.js'
import { nudges } from '../live/nudges.js'
import { BuildOutputRepository } from './build-output.repository.js'
import { isOver } from './build.entity.js'
import { presentBuild } from './build.presenter.js'
import { BuildsRepository } from './builds.repository.js'

export type BuildNews =
  | { kind: 'line'; line: BuildOutputLineView }
  // It moved in the queue, began, began again or ended. The last news of a build that is over.
  | { kind: 'build'; build: BuildView }

/** What a follower was given. */
interface Seen {
  line: string | undefined
  state?: string
  isOver: boolean
}

const LINES_AT_ONCE = 1000

/** A build as it happens. */
@Injectable()
export class BuildFeed {
  constructor(
    private readonly builds: BuildsRepository,
    private readonly output: BuildOutputRepository,
    private readonly bus: LiveBus,
  ) {}

  /** From the line behind `after` until the build is over and all of its output was given, past times without database. */
  async *follow(buildId: string, after: string | undefined, signal: AbortSignal): AsyncGenerator<BuildNews> {
    const seen: Seen = { line: after, isOver: false }
    for await (const _ of nudges(this.bus, (message) => concerns(message, buildId), signal)) {
      try {
        yield* this.news(buildId, seen)
      } catch (error) {
        // Whoever watches has nothing to do about it, and the build goes on meanwhile: the next nudge looks again.
        if (!isDatabaseAway(error)) throw error
      }
      if (seen.isOver) return
    }
  }

  private async *news(buildId: string, seen: Seen): AsyncGenerator<BuildNews> {
    // Before its output: what a build that is over has printed is all there.
    const build = await this.read(buildId)
    const state = `${build.state} ${build.attempt} ${build.queuePosition}`
    if (state !== seen.state && !isOver(build)) yield { kind: 'build', build }
    seen.state = state
    for await (const line of this.lines(buildId, seen.line)) {
      seen.line = line.id
      yield { kind: 'line', line }
    }
    if (!isOver(build)) return
    yield { kind: 'build', build }
    seen.isOver = true
  }

  private async *lines(buildId: string, after: string | undefined): AsyncGenerator<BuildOutputLineView> {
    for (let seen = after; ;) {
      const lines = await this.output.after(buildId, seen, LINES_AT_ONCE)
      yield* lines
      seen = lines.at(-1)?.id ?? seen
      if (lines.length < LINES_AT_ONCE) return
    }
  }

  private async read(buildId: string): Promise<BuildView> {
    const row = await this.builds.row(buildId)
    if (!row) throw notFound('build', buildId)
    return presentBuild(row)
  }
}

/** The build itself, or any other: places in the queue move with those before. */
function concerns(message: BusMessage, buildId: string): boolean {
  if (message.topic !== 'change') return false
  return message.kind === 'build' || (message.kind === 'build-output' && message.id === buildId)
}
