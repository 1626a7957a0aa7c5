import type { Platform, Target } from '@flotilla/contracts'
import type { CurrentState } from '@flotilla/reconcile'
import type { Engine } from '../ports.js'
import type { Executor } from './executor.js'
import type { Repositories } from './repositories.js'

export interface Look {
  current: CurrentState
  // What steps were at work on when the look began: it saw that half done.
  busy: ReadonlySet<string>
}

/** Puts together what the planner is to know: what the engine holds, and what the executor is at. */
export class Observer {
  constructor(
    private readonly engine: Engine,
    private readonly executor: Executor,
    private readonly repositories: Repositories,
    private readonly platform: Platform,
  ) {}

  async look(target: Target): Promise<Look> {
    const busy = this.executor.busy()
    const observation = await this.engine.observe(this.repositories.withThoseOf(target))
    const current = {
      ...observation,
      platform: this.platform,
      downloading: Object.keys(this.executor.progress()),
      attempts: this.executor.attempts(),
    }
    return { current, busy }
  }
}
