import type { HardwareView } from '../devices/index.js'
import type { Hardware } from './hardware.entity.js'

export function presentHardware(hardware: Hardware): HardwareView {
  return {
    id: hardware.id,
    uuid: hardware.uuid,
    platform: hardware.platform,
    ...(hardware.deviceType !== null && { deviceType: hardware.deviceType }),
    ...(hardware.serialNumber !== null && { serialNumber: hardware.serialNumber }),
    ...(hardware.memoryBytes !== null && { memoryBytes: Number(hardware.memoryBytes) }),
    active: hardware.active,
    registeredAt: hardware.registeredAt.toISOString(),
    ...(hardware.retiredAt && { retiredAt: hardware.retiredAt.toISOString() }),
  }
}
