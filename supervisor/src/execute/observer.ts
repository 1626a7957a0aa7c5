import type { Platform, Target } from '@flotilla/contracts'
import type { BoardContract, CurrentContainer, CurrentState } from '@flotilla/reconcile'
import type { MemoryKeeper } from '../memory-keeper.js'
import type { Engine, TimeSource } from '../ports.js'
import type { RequestsKeeper } from '../requests-keeper.js'
import type { Executor } from './executor.js'
import type { Repositories } from './repositories.js'
import type { SourceReader } from './sources.js'

export interface Look {
  current: CurrentState
  // Its containers as the engine dates them, by the board's own clock.
  observed: CurrentContainer[]
  // What steps were at work on when the look began: it saw that half done.
  busy: ReadonlySet<string>
}

/**
 * Puts together what the planner is to know: what the engine holds, what the device remembers, what is asked of it, and
 * what the executor is at.
 */
export class Observer {
  constructor(
    private readonly parts: {
      engine: Engine
      executor: Executor
      repositories: Repositories
      memory: MemoryKeeper
      requests: RequestsKeeper
      sources: SourceReader
      clock: TimeSource
      platform: Platform
      contract: BoardContract
    },
  ) {}

  async look(target: Target | undefined): Promise<Look> {
    const { engine, executor, repositories, memory, requests, sources, clock, platform, contract } = this.parts
    const busy = executor.busy()
    const good = Object.values(memory.memory).flatMap((app) => app.good ?? [])
    const observation = await engine.observe(repositories.withThoseOf([...(target?.apps ?? []), ...good]))
    const current: CurrentState = {
      ...observation,
      ...(await sources.read(observation.containers.map((container) => withTrueTimes(container, clock)))),
      platform,
      contract,
      downloading: executor.downloading(),
      attempts: executor.attempts(),
      memory: memory.memory,
      requests: requests.requests,
    }
    return { current, observed: observation.containers, busy }
  }
}

function withTrueTimes(container: CurrentContainer, clock: TimeSource): CurrentContainer {
  const { startedAt, finishedAt } = container
  return {
    ...container,
    startedAt: startedAt === undefined ? undefined : clock.correct(startedAt),
    finishedAt: finishedAt === undefined ? undefined : clock.correct(finishedAt),
  }
}
