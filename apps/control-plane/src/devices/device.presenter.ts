import type { AppStateSchema, DeviceView, HardwareSchema, RejectionSummary } from '@flotilla/contracts'
import type { z } from 'zod'
import { effectivePolicy, forcedRelease } from '../fleets/index.js'
import type { BoardRow, DeviceRow, ReportRow } from './devices.repository.js'
import type { TargetRelease } from './target-releases.repository.js'

type SentTrial = NonNullable<z.input<typeof AppStateSchema>['trial']>
export type HardwareView = z.infer<typeof HardwareSchema>

/** `target` is what the wanted release comes to on the device's board; absent where it has no board or no release. */
export function presentDevice(device: DeviceRow, target: TargetRelease | undefined): DeviceView {
  const { report } = device
  return {
    id: device.id,
    fleetId: device.fleetId,
    fleet: `${device.organization}/${device.fleet}`,
    name: device.name,
    connectivity: device.lastSeenAt === null ? 'never' : device.online ? 'online' : 'offline',
    ...(device.lastSeenAt && { lastSeenAt: device.lastSeenAt.toISOString() }),
    ...(device.board && { hardware: presentBoard(device.board) }),
    ...presentTarget(device, target),
    ...(device.pinnedReleaseId !== null && { pinnedReleaseId: device.pinnedReleaseId }),
    targetGeneration: device.revision + device.fleetRevision,
    ...(report && presentReport(device.fleetId, report)),
    ...explain(device, target),
    updatePolicy: policyOf(device),
    ownUpdatePolicy: device.updatePolicy,
    serviceCounts: report ? countServices(report.state) : {},
    createdAt: device.createdAt.toISOString(),
  }
}

function presentReport(fleetId: string, report: ReportRow): Partial<DeviceView> {
  const { trial, rejected } = report.state.apps?.[fleetId] ?? {}
  return {
    reportedAt: new Date(report.reportedAt).toISOString(),
    ...(report.activity && { activity: report.activity }),
    ...(report.runningReleaseId !== null && { runningReleaseId: report.runningReleaseId }),
    ...(report.runningVersion !== null && { runningVersion: report.runningVersion }),
    ...(report.confirmedReleaseId !== null && { confirmedReleaseId: report.confirmedReleaseId }),
    ...(report.confirmedVersion !== null && { confirmedVersion: report.confirmedVersion }),
    ...(trial && { trial: presentTrial(trial) }),
    ...(rejected && { rejected: summary(rejected) }),
    ...(report.metrics && { metrics: report.metrics }),
    ...(report.generation !== null && { reportedGeneration: report.generation }),
    ...(report.state.supervisor && { supervisorVersion: report.state.supervisor.version }),
  }
}

function presentTrial({ releaseId, failures, lastFailure }: SentTrial): DeviceView['trial'] {
  return {
    releaseId,
    ...(failures !== undefined && { failures }),
    ...(lastFailure && { lastFailure: summary(lastFailure) }),
  }
}

/** Without what was seen of the services, which may be long. */
function summary({ releaseId, version, at, code, reason }: RejectionSummary): RejectionSummary {
  return { releaseId, version, at, code, reason }
}

function presentBoard(board: BoardRow): HardwareView {
  return {
    id: board.id,
    uuid: board.uuid,
    platform: board.platform,
    ...(board.deviceType !== null && { deviceType: board.deviceType }),
    ...(board.serialNumber !== null && { serialNumber: board.serialNumber }),
    ...(board.memoryBytes !== null && { memoryBytes: board.memoryBytes }),
    active: true,
    registeredAt: new Date(board.registeredAt).toISOString(),
  }
}

function policyOf(device: DeviceRow) {
  const forced = forcedRelease(device.wantedReleaseId, [device.forcedReleaseId, device.fleetForcedReleaseId])
  return effectivePolicy([device.fleetUpdatePolicy, device.updatePolicy], forced)
}

function presentTarget(device: DeviceRow, target: TargetRelease | undefined) {
  if (!target) return device.wantedReleaseId === null ? {} : { targetReleaseId: device.wantedReleaseId }
  if (target.targetReleaseId === null) return {}
  return { targetReleaseId: target.targetReleaseId, targetVersion: target.targetVersion ?? undefined }
}

/** What stands between the device and its release: first what the server knows, then what the device says. */
function explain(device: DeviceRow, target: TargetRelease | undefined): { explanation?: string } {
  const lines = [missingImages(target), device.report?.state.explanation].filter((line) => line !== undefined)
  return lines.length > 0 ? { explanation: lines.join('\n') } : {}
}

function missingImages(target: TargetRelease | undefined): string | undefined {
  if (!target || target.targetReleaseId === target.releaseId) return undefined
  const stays = target.targetVersion === null ? 'it runs nothing until then' : `it stays at ${target.targetVersion}`
  return (
    `Release ${target.wantedVersion} was not built for ${target.platform}, the platform of this device; ` +
    `${stays}. Push again to build for it.`
  )
}

function countServices(state: ReportRow['state']): Record<string, number> {
  const counts = new Map<string, number>()
  for (const app of Object.values(state.apps ?? {})) {
    for (const { status } of Object.values(app.services ?? {})) counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  return Object.fromEntries(counts)
}
