import type { BuildOrder } from '@flotilla/contracts'
import type { OutputLine } from './build-output.js'
import type { BuilderEngine } from './engine.js'
import type { SharedLayers } from './layers/shared-layers.js'
import type { RegistryClient } from './registry/registry-client.js'

/** What one attempt at a build works with. */
export interface ImageBuildTools {
  engine: BuilderEngine
  engineArchitecture: string
  registry: RegistryClient
  order: BuildOrder
  // Of this attempt alone; removed when it is over.
  folder: string
  // tar.gz of the commit
  archive: string
  // Between the services of this attempt.
  shared: SharedLayers
  write: (line: OutputLine) => void
  signal: AbortSignal
}
