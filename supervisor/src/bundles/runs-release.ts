import { currentApps } from '../report/device-state.js'
import type { Status } from '../status-board.js'

/** Whether the board runs this release, whole, as a target of at least this generation wants it. */
export function runsRelease(
  status: Status | undefined,
  { releaseId, generation }: { releaseId: string; generation: number },
): boolean {
  if (!status || status.target.generation < generation) return false
  const apps = currentApps(status)
  return status.target.apps.some(({ id, release }) => release.id === releaseId && apps[id]?.releaseId === releaseId)
}
