import type { ImageDeltaView } from '@flotilla/contracts'
import type { ImageDelta } from './image-delta.entity.js'

export function presentDelta(delta: ImageDelta, fromVersions: string[]): ImageDeltaView {
  const { id, fleetId, service, platform, state } = delta
  return {
    ...{ id, fleetId, service, platform, from: delta.fromDigest, to: delta.toDigest, fromVersions, state },
    ...(delta.sizeBytes !== null && { sizeBytes: Number(delta.sizeBytes) }),
    ...(delta.plainBytes !== null && { plainBytes: Number(delta.plainBytes) }),
    ...(delta.reason !== null && { reason: delta.reason }),
    attempts: delta.attempt,
    requestedBy: delta.requestedBy,
    requestedAt: delta.requestedAt.toISOString(),
    ...(delta.startedAt && { startedAt: delta.startedAt.toISOString() }),
    ...(delta.endedAt && { endedAt: delta.endedAt.toISOString() }),
    ...(delta.lastUsedAt && { lastUsedAt: delta.lastUsedAt.toISOString() }),
  }
}
