import { Injectable, Logger } from '@nestjs/common'
import { BranchPush } from './branch-push.service.js'
import { deleteRef } from './commits.js'
import type { HookCall } from './hook-door.js'
import { encodeSection, SectionReader } from './pkt-line.js'
import { PushChecks, PushRefusal } from './push-checks.service.js'
import { problem } from './push-lines.js'
import { inOrder, parseUpdates, type RefPlan } from './push-plan.js'
import type { Push, RefResult } from './push.js'
import { TagPush } from './tag-push.service.js'

/** What git's hooks ask in the middle of a push: may it be taken, and then, ref by ref, what became of it. */
@Injectable()
export class Pushes {
  private readonly log = new Logger('git')

  constructor(
    private readonly checks: PushChecks,
    private readonly branches: BranchPush,
    private readonly tags: TagPush,
  ) {}

  /** pre-receive: everything is good, or nothing is taken. Gives the plan for what follows. */
  async check(push: Push, call: HookCall): Promise<RefPlan[] | undefined> {
    let text = ''
    for await (const chunk of call.input) text += chunk.toString()
    try {
      return await this.checks.check(push, parseUpdates(text.split('\n')), call.environment)
    } catch (error) {
      if (!(error instanceof PushRefusal)) throw error
      for (const line of error.lines) push.say(problem(line))
      push.say(problem('Nothing was changed.'))
      return undefined
    }
  }

  /** proc-receive: git leaves it to us to move the refs, and tells the pusher what we say of each. */
  async carryOut(push: Push, plans: readonly RefPlan[], call: HookCall): Promise<void> {
    const reader = new SectionReader(call.input)
    const [greeting = ''] = await reader.section()
    call.answer(encodeSection(['version=1\0push-options']))
    const wanted = new Set(parseUpdates(await reader.section()).map((update) => update.ref))
    // Unlike the other hooks, this one is not told the push options in its environment.
    const options = greeting.includes('push-options') ? await reader.section() : push.options
    const results: string[] = []
    for (const plan of inOrder(plans, push.fleet.deployBranch).filter(({ ref }) => wanted.has(ref))) {
      const result = await this.carryOutOne({ ...push, options }, plan)
      results.push(...report(plan.ref, result))
    }
    call.answer(encodeSection(results))
  }

  private async carryOutOne(push: Push, plan: RefPlan): Promise<RefResult> {
    try {
      switch (plan.kind) {
        case 'delete':
          await deleteRef({ repository: push.repository }, plan.ref)
          return { kind: 'moved' }
        case 'tag':
          return await this.tags.run(push, plan)
        case 'branch':
          return await this.branches.run(push, plan)
      }
    } catch (err) {
      if (push.signal.aborted) {
        push.say(problem('The server stops; what it builds goes on. Push again to follow it.'))
        return { kind: 'refused', reason: 'the server stopped' }
      }
      this.log.error({ message: 'push failed', fleet: push.fleet.id, ref: plan.ref, err })
      push.say(problem('Something went wrong on the server. Push again, and tell its operator if it happens again.'))
      return { kind: 'refused', reason: 'server error' }
    }
  }
}

/** As proc-receive's protocol has it. */
function report(ref: string, result: RefResult): string[] {
  switch (result.kind) {
    case 'moved':
      return [`ok ${ref}`]
    case 'move':
      return [`ok ${ref}`, 'option fall-through']
    case 'refused':
      return [`ng ${ref} ${result.reason}`]
  }
}
