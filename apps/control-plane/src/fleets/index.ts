/**
 * Fleets: devices that should run the same app, and the release that this is. Also keeper of the generations by which
 * devices see that their target changed.
 */
export { FleetsModule } from './fleets.module.js'
export { type FleetRow } from './fleets.repository.js'
export { FleetsService, type ReleaseFact } from './fleets.service.js'
export { changedPolicy, effectivePolicy, forcedRelease, isSamePolicy, notTheTarget } from './update-policy.js'
export { Generations } from './generations.repository.js'
