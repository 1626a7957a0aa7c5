/**
 * What turns one container image into another, made on the server and applied on a board with little memory. It knows
 * tars, files and codecs, and nothing of engines, registries or networks.
 */
export { DeltaError } from './delta-error.js'
export type { DeltaSource } from './delta-source.js'
export type { LayerContent } from './layer-index.js'
export { makeDelta, sharedLayers } from './make-delta.js'
export type { DeltaOptions, ImageContent, MadeDelta } from './make-delta.js'
export { readDelta, type DeltaSummary } from './read-delta.js'
export { rebuildLayer } from './rebuild-layer.js'
export { SkeletonWriter } from './skeleton-writer.js'
export type { SourceFile } from './source-file.js'
