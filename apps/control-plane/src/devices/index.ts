/**
 * Devices: places in a fleet, which outlast the boards in them. Here is what people see and do of them; how a board
 * proves who it is belongs to hardware, what it is told to target-state.
 */
export { DevicesModule } from './devices.module.js'
export { type DeviceRow } from './devices.repository.js'
export { DevicesService } from './devices.service.js'
export { Sightings } from './sightings.service.js'
export { type TargetRelease, TargetReleases, type WantedRelease } from './target-releases.repository.js'
export { type HardwareView } from './device.presenter.js'
