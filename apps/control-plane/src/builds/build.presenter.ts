import type { BuildView } from '@flotilla/contracts'
import type { BuildRow } from './builds.repository.js'

export function presentBuild(row: BuildRow): BuildView {
  return {
    id: row.id,
    fleetId: row.fleetId,
    releaseId: row.releaseId,
    state: row.state,
    attempt: row.attempt,
    ...(row.state === 'queued' && { queuePosition: row.before }),
    ...(row.reason !== null && { reason: row.reason }),
    queuedAt: row.queuedAt.toISOString(),
    ...(row.startedAt && { startedAt: row.startedAt.toISOString() }),
    ...(row.endedAt && { endedAt: row.endedAt.toISOString() }),
    ...(row.deadlineAt && { deadlineAt: row.deadlineAt.toISOString() }),
  }
}
