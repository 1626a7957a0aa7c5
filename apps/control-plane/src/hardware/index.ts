/**
 * Boards: how they register, prove who they are and are known again by their requests. A route for devices is marked
 * @ForDevices() and takes @CurrentDevice(); its module imports HardwareModule. Knows nothing of what devices run.
 */
export { CurrentDevice } from './current-device.js'
export { DeviceAccess } from './device-access.service.js'
export { DeviceGuard, ForDevices } from './device.guard.js'
export { DeviceTurns, InTurn } from './device-turns.js'
export { HardwareModule } from './hardware.module.js'
export { type KnownDevice } from './known-devices.repository.js'
export { KnownDevices, type TargetChange } from './known-devices.service.js'
export { UsedChallenges } from './used-challenges.repository.js'
