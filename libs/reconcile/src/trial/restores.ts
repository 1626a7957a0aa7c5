import type { CurrentState } from '../current-state.js'
import type { AppMemory, TrialEvent } from '../memory.js'
import { ownMember } from '../own-member.js'
import { restoreVolumeKey } from '../step-key.js'

// A snapshot that cannot be put back must not keep the last good release from running for ever.
const MOST_FAILURES = 5

/**
 * Gives up restoring what cannot be: the snapshot itself stays where it is, for a person. `isUsed`: whether the release
 * that runs mounts the volume, and it will be there.
 */
export function tendRestores(
  memory: AppMemory,
  appId: string,
  { current, isUsed }: { current: CurrentState; isUsed: (name: string) => boolean },
): { memory: AppMemory; events: TrialEvent[] } {
  const { restore, ...rest } = memory
  if (!restore) return { memory, events: [] }
  const kept = Object.entries(restore).filter(([name, id]) => {
    const isThere = isUsed(name) || current.volumes.some((volume) => volume.name === name)
    return isThere && !hasFailed(current, name, id)
  })
  if (kept.length === Object.keys(restore).length && kept.length > 0) return { memory, events: [] }
  const lost = Object.entries(restore).filter(([name]) => !kept.some(([other]) => other === name))
  const events = lost.map(([volume, snapshotId]): TrialEvent => {
    const error = ownMember(current.attempts, restoreVolumeKey(volume, snapshotId))?.error ?? 'there is no such volume'
    return { kind: 'restore-given-up', detail: { appId, volume, snapshotId, error } }
  })
  return { memory: { ...rest, ...(kept.length > 0 && { restore: Object.fromEntries(kept) }) }, events }
}

function hasFailed({ attempts }: CurrentState, name: string, snapshotId: string): boolean {
  const attempt = ownMember(attempts, restoreVolumeKey(name, snapshotId))
  return attempt !== undefined && (attempt.isFinal === true || attempt.count >= MOST_FAILURES)
}
