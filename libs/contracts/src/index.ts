/**
 * What crosses a wire: the device contract, the compose subset and the REST resources, as zod schemas with their
 * inferred types. It must not know how anything is stored, planned or shown, and imports nothing but zod.
 */
export * from './names.js'
export * from './canonical-json.js'
export * from './merge-patch.js'
export * from './problem.js'
export * from './compose.js'
export * from './device/protocol.js'
export * from './device/identity.js'
export * from './device/target.js'
export * from './device/report.js'
export * from './device/logs.js'
export * from './device/link.js'
export * from './builder.js'
export * from './api/access.js'
export * from './api/fleets.js'
export * from './api/devices.js'
export * from './api/releases.js'
export * from './api/live.js'
