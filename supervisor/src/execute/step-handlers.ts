import type { Step } from '@flotilla/reconcile'
import type { StepOf, Surroundings } from '../ports.js'

export interface StepContext {
  signal: AbortSignal
  // Downloads only: 0 to 100.
  onProgress: (percent: number) => void
}

/** Steps that are done by others than the engine. */
export type HandledKind = Extract<
  Step['kind'],
  | 'begin-switch'
  | 'snapshot-volume'
  | 'restore-volume'
  | 'remove-snapshot'
  | 'write-host-config'
  | 'set-hostname'
  | 'replace-supervisor'
  | 'reboot'
  | 'shutdown'
>

/** What others than the core add to the carrying out of steps. */
export interface AddedToSteps {
  steps?: StepHandlers
  // What a container that is made now finds around it. It must not fail for want of a network.
  surroundings?: (step: StepOf<'create-container'>) => Promise<Surroundings>
}

/** A handler may be called again for what is done already, as after a power cut: then it has nothing to do. */
export type StepHandlers = {
  [Kind in HandledKind]?: (step: StepOf<Kind>, context: StepContext) => Promise<void>
}
