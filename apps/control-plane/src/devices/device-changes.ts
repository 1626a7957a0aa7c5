import { isSamePolicy } from '../fleets/index.js'
import type { DeviceRow } from './devices.repository.js'

export interface DeviceChange {
  before: DeviceRow
  after: DeviceRow
}

/** What happened to a device between two states of it, as its history tells it. */
export function deviceChanges({ before, after }: DeviceChange): { kind: string; detail: Record<string, unknown> }[] {
  const happened: { kind: string; detail: Record<string, unknown> }[] = []
  const moved = before.fleetId !== after.fleetId
  if (moved) {
    const paths = { from: pathOf(before), to: pathOf(after) }
    happened.push({ kind: 'moved', detail: { ...paths, fromFleetId: before.fleetId, toFleetId: after.fleetId } })
  }
  if (before.name !== after.name) happened.push({ kind: 'renamed', detail: { from: before.name, to: after.name } })
  if (before.pinnedReleaseId !== after.pinnedReleaseId) {
    const { pinnedReleaseId } = after
    if (pinnedReleaseId === null) happened.push({ kind: 'unpinned', detail: { releaseId: before.pinnedReleaseId } })
    else happened.push({ kind: 'pinned', detail: { releaseId: pinnedReleaseId } })
  }
  if (!isSamePolicy(before.updatePolicy, after.updatePolicy)) {
    happened.push({ kind: 'update-policy-changed', detail: { by: 'device', policy: after.updatePolicy } })
  }
  // Where the target changes, what was forced ends by itself.
  if (before.forcedReleaseId !== after.forcedReleaseId && before.wantedReleaseId === after.wantedReleaseId) {
    const kind = after.forcedReleaseId === null ? 'release-unforced' : 'release-forced'
    happened.push({ kind, detail: { releaseId: after.wantedReleaseId, by: 'device' } })
  }
  if (before.wantedReleaseId !== after.wantedReleaseId) {
    const detail = {
      ...(before.wantedReleaseId !== null && { from: before.wantedReleaseId }),
      ...(after.wantedReleaseId !== null && { to: after.wantedReleaseId }),
      by: moved ? 'moved' : after.pinnedReleaseId === null ? 'unpinned' : 'pinned',
    }
    happened.push({ kind: 'target-release-changed', detail })
  }
  return happened
}

function pathOf(device: DeviceRow): string {
  return `${device.organization}/${device.fleet}`
}
