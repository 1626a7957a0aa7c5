import type { FleetView } from '@flotilla/contracts'
import { effectivePolicy, forcedRelease } from './update-policy.js'
import type { DeviceCounts, FleetRow } from './fleets.repository.js'

export function presentFleet(fleet: FleetRow, counts: DeviceCounts | undefined, publicUrl: string): FleetView {
  return {
    id: fleet.id,
    organizationId: fleet.organizationId,
    organization: fleet.organization,
    name: fleet.name,
    deployBranch: fleet.deployBranch,
    platforms: fleet.platforms,
    ...(fleet.targetReleaseId !== null && { targetReleaseId: fleet.targetReleaseId }),
    pinned: fleet.pinned,
    revision: fleet.revision,
    updatePolicy: effectivePolicy([fleet.updatePolicy], forcedRelease(fleet.targetReleaseId, [fleet.forcedReleaseId])),
    deviceCounts: counts ?? { total: 0, online: 0, rejected: 0, failing: 0 },
    gitUrl: `${publicUrl}/git/${fleet.organization}/${fleet.name}.git`,
    createdAt: fleet.createdAt.toISOString(),
  }
}
