import type { DeviceEventView } from '@flotilla/contracts'
import type { DeviceEvent } from './device-event.entity.js'

export function presentDeviceEvent(event: DeviceEvent): DeviceEventView {
  return {
    id: event.id,
    at: event.at.toISOString(),
    receivedAt: event.receivedAt.toISOString(),
    kind: event.kind,
    actor: { kind: event.actorKind, id: event.actorId, label: event.actorLabel },
    detail: event.detail as DeviceEventView['detail'],
  }
}
