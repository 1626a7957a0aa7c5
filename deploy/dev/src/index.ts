/**
 * The ground that Flotilla stands on while it is developed, tested and tried out on one machine: Postgres, Redis, the
 * OCI registry, Docker engines, devices behind links that can be cut, and the built programs over them. It starts real
 * parts as child processes and knows nothing of what the programs do inside.
 */
export * from './processes/wait.js'
export * from './processes/ports.js'
export { startProcess, describeExit } from './processes/process.js'
export type { ProcessExit, ProcessOptions, RunningProcess } from './processes/process.js'
export * from './postgres/postgres.js'
export { findPostgresBinaries } from './postgres/binaries.js'
export * from './postgres/databases.js'
export * from './redis.js'
export * from './registry.js'
export { startSharedServers, stopSharedServers } from './testing/shared-servers.js'
export { startEngine } from './engines/engine.js'
export type { EngineOptions, RunningEngine } from './engines/engine.js'
export * from './engines/device-engine.js'
export type { DeviceLink } from './engines/link.js'
export { removeRemains } from './engines/remains.js'
export { BASE_IMAGE, baseImageName, makeBaseImages } from './base-images/base-images.js'
export { ownPlatform, type BasePlatform } from './base-images/busybox.js'
export * from './base-images/emulation.js'
export { startStack } from './stack/stack.js'
export type { Stack } from './stack/stack.js'
export type { ServerProgram, StackOptions } from './stack/options.js'
export { stopDeviceContainers } from './stack/stack-device.js'
export type { StackDevice, StackDeviceOptions } from './stack/stack-device.js'
export { PROJECT_FOLDER } from './stack/built-programs.js'
