/**
 * Deltas: what turns an image that devices have into one that they should run, made beforehand for what most of them
 * run and when a device asks; and what a release costs in bytes by the ways that there are. Which release a device goes
 * to, and when, is decided elsewhere; how a delta works inside is libs/image-delta's affair.
 */
export { DeltaMakingModule } from './delta-making.module.js'
export { DeltaFailure } from './making/delta-failure.js'
export { DeltaPlans } from './delta-plans.service.js'
export { type DeltaReadiness, DeltaReadinesses } from './delta-readiness.service.js'
export { DeltaRetention } from './making/delta-retention.service.js'
export { DeltasBetween } from './deltas-between.service.js'
export { DeltaUpkeep } from './delta-upkeep.service.js'
export { DeltasModule } from './deltas.module.js'
export type { SeenRelease } from './release-deltas.service.js'
export { type FleetImage, FleetImages } from './fleet-images.repository.js'
export { FleetRegistry } from './making/fleet-registry.js'
export type { DeltasFound } from './known-pairs.service.js'
export { readImage, type RegistryImage } from './making/image-manifest.js'
export { missingLayers } from './missing-layers.js'
