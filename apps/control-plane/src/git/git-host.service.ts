import { randomUUID } from 'node:crypto'
import { Inject, Injectable, Logger } from '@nestjs/common'
import type { Request, Response } from 'express'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import type { Visit } from './git-access.service.js'
import { withCures } from './git-messages.js'
import { git } from './git-program.js'
import type { GitRequest } from './git-request.js'
import { type HookCall, HookDoor } from './hook-door.js'
import { serveByBackend } from './http-backend.js'
import type { RefPlan } from './push-plan.js'
import { Pushes } from './pushes.service.js'
import { Repositories } from './repositories.js'

interface Exchange {
  request: Request
  response: Response
}

/** Lets git itself speak with git, and stands behind its hooks. */
@Injectable()
export class GitHost {
  private readonly log = new Logger('git')

  constructor(
    private readonly repositories: Repositories,
    private readonly hooks: HookDoor,
    private readonly pushes: Pushes,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  async serve({ request, response }: Exchange, asked: GitRequest, visit: Visit): Promise<void> {
    const repository = await this.repositories.ensure(visit.fleet)
    const backend = {
      root: this.repositories.root,
      path: `/${visit.fleet.id}.git/${asked.file}`,
      user: visit.actor.label,
      settings: this.settings(),
    }
    if (asked.file !== 'git-receive-pack') {
      return serveByBackend(request, response, { ...backend, outlivesClient: false })
    }
    const pushId = randomUUID()
    const expected = this.hooks.expect(pushId, this.handler(repository, visit))
    try {
      const environment = { FLOTILLA_PUSH: pushId }
      await serveByBackend(request, response, { ...backend, environment, outlivesClient: true, through: withCures() })
    } finally {
      expected.forget()
    }
    this.tidy(repository)
  }

  private settings(): [string, string][] {
    return [
      ['core.hooksPath', this.hooks.hooksPath],
      ['receive.fsckObjects', 'true'],
      ['receive.maxInputSize', String(this.config.MAX_PUSH_BYTES)],
      // Packs stay packs, however small: only index-pack names the limit that was exceeded.
      ['receive.unpackLimit', '1'],
      ['receive.advertisePushOptions', 'true'],
      // Refs are moved one by one, each when its release is made.
      ['receive.advertiseAtomic', 'false'],
      ['receive.procReceiveRefs', 'refs'],
      // What continuous integration checks out has no history.
      ['receive.shallowUpdate', 'true'],
      // Keeps proxies from cutting a push whose build is silent.
      ['receive.keepAlive', '5'],
      ['receive.autogc', 'false'],
    ]
  }

  /** The two hooks of one push, which share its plan. */
  private handler(repository: string, { actor, fleet }: Visit) {
    let plans: RefPlan[] | undefined
    return async (call: HookCall): Promise<number> => {
      const push = {
        actor,
        fleet,
        repository,
        options: call.options,
        say: (line: string) => call.say(line),
        signal: call.signal,
      }
      if (call.hook === 'pre-receive') {
        plans = await this.pushes.check(push, call)
        return plans ? 0 : 1
      }
      await this.pushes.carryOut(push, plans ?? [], call)
      return 0
    }
  }

  /** Git packs what many pushes left behind, when it finds that worth its while. */
  private tidy(repository: string): void {
    git(['gc', '--auto', '--quiet'], { repository, environment: {} }).catch((err: unknown) => {
      this.log.warn({ message: 'git gc failed', repository, err })
    })
  }
}
