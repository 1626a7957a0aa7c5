import { describeStep, type Step } from '@flotilla/reconcile'
import { TerminalError } from '../errors.js'
import type { Cloud, Engine } from '../ports.js'
import type { Repositories } from './repositories.js'

export interface StepContext {
  signal: AbortSignal
  // Downloads only: 0 to 100.
  onProgress: (percent: number) => void
}

/** Carries out single steps on the engine. */
export class StepRunner {
  constructor(
    private readonly engine: Engine,
    private readonly cloud: Pick<Cloud, 'registryToken'>,
    private readonly repositories: Repositories,
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
      case 'create-container':
        return this.engine.createContainer(step)
      case 'start-container':
        return this.engine.startContainer(step.id)
      case 'stop-container':
        return this.engine.stopContainer(step.id, step.graceMs)
      case 'remove-container':
        return this.engine.removeContainer(step.id)
      case 'remove-image':
        return this.engine.removeImage(step.image)
      default:
        return Promise.reject(new TerminalError(`This supervisor has no way of ${describeStep(step)}`))
    }
  }

  private async pull(step: Extract<Step, { kind: 'pull-image' }>, context: StepContext): Promise<void> {
    // Before the first byte: an image whose repository is not remembered would never be removed again.
    await this.repositories.remember(step.image)
    const { token } = await this.cloud.registryToken()
    await this.engine.pullImage(step.image, { ...context, token, sizeBytes: step.sizeBytes })
  }
}
