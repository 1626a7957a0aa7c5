/**
 * The history of devices: every target change, transition, report change and action, with who and when. Append-only,
 * and it outlives the device. It knows devices and fleets by their ids alone.
 */
export { DeviceEventsModule } from './device-events.module.js'
export { DeviceEvents, type DeviceFact, type FleetFact } from './device-events.service.js'
