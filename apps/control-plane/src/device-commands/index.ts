/**
 * What people ask of devices: each command waits for its device, is fetched, run there once, and answered, or it
 * expires. It must not know how a device does what it is asked.
 */
export { CommandExpiry } from './command-expiry.service.js'
export { DeviceCommandsModule } from './device-commands.module.js'
export { WaitingCommands } from './waiting-commands.service.js'
