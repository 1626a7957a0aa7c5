/** The logs of devices: numbered lines, each stored once, followed live, and not kept for ever. */
export { DeviceLogRetention } from './device-log-retention.service.js'
export { DeviceLogsModule } from './device-logs.module.js'
