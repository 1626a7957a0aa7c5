/**
 * The history of devices: every target change, transition, report change and action, with who and when. Append-only
 * until it is very old, and it outlives the device. It knows devices and fleets by their ids alone.
 */
export { DeviceEventsModule } from './device-events.module.js'
export { EventRetention } from './event-retention.service.js'
export { DeviceEvents, type DeviceFact, type FleetFact } from './device-events.service.js'
