import type { BusMessage } from '../live/live-bus.js'

export type Change = Extract<BusMessage, { topic: 'change' }>

/** What a listener may see and wants to: each narrows further. */
export interface StreamScope {
  organizationIds: ReadonlySet<string>
  fleetId?: string
  deviceId?: string
  buildId?: string
}

/** Whether a change is what the listener asked for; whether it may be seen is another question. */
export function isWanted(change: Change, scope: StreamScope): boolean {
  if (change.organizationId !== undefined && !scope.organizationIds.has(change.organizationId)) return false
  if (scope.fleetId !== undefined && change.fleetId !== scope.fleetId) return false
  const things = [scope.deviceId, scope.buildId].filter((id) => id !== undefined)
  return things.length === 0 || things.includes(change.id)
}
