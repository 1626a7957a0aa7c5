import { describeStep, type Step } from '@flotilla/reconcile'
import { TerminalError } from '../errors.js'
import { pullerBy } from '../images/pull-directly.js'
import type { Cloud, Engine, StepOf } from '../ports.js'
import type { RequestsKeeper } from '../requests-keeper.js'
import type { Repositories } from './repositories.js'
import type { AddedToSteps, HandledKind, StepContext } from './step-handlers.js'

/** Carries out single steps: on the engine, or by whoever was found for those that are not the engine's. */
export class StepRunner {
  constructor(
    private readonly engine: Engine,
    private readonly cloud: Pick<Cloud, 'registryToken'>,
    private readonly kept: { repositories: Repositories; requests: RequestsKeeper },
    private readonly added: AddedToSteps = {},
  ) {}

  run(step: Step, context: StepContext): Promise<void> {
    switch (step.kind) {
      case 'pull-image':
        return this.pull(step, context)
      case 'create-network':
        return this.engine.createNetwork(step)
      case 'remove-network':
        return this.engine.removeNetwork(step.id)
      case 'create-volume':
        return this.engine.createVolume(step)
      case 'remove-volume':
        return this.removeVolume(step.name)
      case 'create-container':
        return this.create(step)
      case 'start-container':
        return this.engine.startContainer(step.id)
      case 'stop-container':
        return this.engine.stopContainer(step.id, step.graceMs)
      case 'remove-container':
        return this.engine.removeContainer(step.id)
      case 'remove-image':
        return this.engine.removeImage(step.image)
      default:
        return this.handle(step, context)
    }
  }

  private async create(step: StepOf<'create-container'>): Promise<void> {
    await this.added.beforeCreate?.(step)
    await this.engine.createContainer(step, await this.added.surroundings?.(step))
  }

  /** What was asked for is done; a cut in between empties an empty volume once more. */
  private async removeVolume(name: string): Promise<void> {
    await this.engine.removeVolume(name)
    await this.kept.requests.edit((requests) => ({ ...requests, purge: requests.purge.filter((it) => it !== name) }))
  }

  private async handle(step: StepOf<HandledKind>, context: StepContext): Promise<void> {
    // The types cannot tell that what is found under a step's kind takes that step.
    const handler = this.added.steps?.[step.kind] as ((step: Step, context: StepContext) => Promise<void>) | undefined
    if (!handler) throw new TerminalError(`This board has no way of ${describeStep(step)}`)
    // Before it is done: a board that found the request again at each start would restart for ever.
    if (step.kind === 'reboot' || step.kind === 'shutdown') {
      await this.kept.requests.edit(({ power: _done, ...others }) => others)
    }
    await handler(step, context)
  }

  private async pull(step: StepOf<'pull-image'>, context: StepContext): Promise<void> {
    // Before the first byte: an image whose repository is not remembered would never be removed again.
    await this.kept.repositories.remember(step.image)
    const pullImage = this.added.pullImage ?? pullerBy(this.engine, this.cloud)
    await pullImage(step, context)
  }
}
