import type { Step } from '@flotilla/reconcile'
import type { DownloadProgress } from '../images/ports.js'
import type { StepOf, Surroundings } from '../ports.js'

export interface StepContext {
  signal: AbortSignal
  // Downloads only.
  onProgress: (progress: DownloadProgress) => void
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
  | 'restart-engine'
  | 'reboot'
  | 'shutdown'
>

export type PullImage = (step: StepOf<'pull-image'>, context: StepContext) => Promise<void>

/** What others than the core add to the carrying out of steps. */
export interface AddedToSteps {
  steps?: StepHandlers
  // What a container that is made now finds around it. It must not fail for want of a network.
  surroundings?: (step: StepOf<'create-container'>) => Promise<Surroundings>
  // Told of each container before it is made, and waited for. It must not fail for want of a network.
  beforeCreate?: (step: StepOf<'create-container'>) => Promise<void>
  // How images come. Absent: the engine pulls them from the fleet's registry by itself.
  pullImage?: PullImage
}

/** A handler may be called again for what is done already, as after a power cut: then it has nothing to do. */
export type StepHandlers = {
  [Kind in HandledKind]?: (step: StepOf<Kind>, context: StepContext) => Promise<void>
}
