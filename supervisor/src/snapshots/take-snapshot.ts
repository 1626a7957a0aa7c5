import type { CurrentVolume } from '@flotilla/reconcile'
import { TerminalError } from '../errors.js'
import type { Core } from '../part.js'
import { policyOf, releaseOf } from './snapshot-facts.js'
import type { StoredSnapshot } from './snapshot-disk.js'
import type { SnapshotKeeper } from './snapshot-keeper.js'

const MOST_ATTEMPTS = 3

/**
 * Copies a volume while its app runs: as after a power cut, which programs that keep data must survive. A file that goes
 * away in the middle makes the copy begin anew.
 */
export async function newSnapshot(
  core: Pick<Core, 'targets' | 'memory' | 'clock' | 'events'>,
  keeper: SnapshotKeeper,
  { volume, cause }: { volume: CurrentVolume; cause: 'manual' | 'schedule' },
): Promise<StoredSnapshot> {
  const { targets, memory, clock, events } = core
  const { snapshotMaxBytes: maxBytes, reserveBytes } = policyOf(targets.target)
  const { appId, key, name: volumeName } = volume
  const at = clock.now()
  const id = `${cause}-${stamp(at)}-${key}`.slice(0, 128)
  const order = { id, appId, volume: key, volumeName, cause, releaseId: releaseOf(memory.memory, appId), at }
  for (let attempt = 1; ; attempt++) {
    try {
      const snapshot = await keeper.create(order, { maxBytes, reserveBytes })
      const { method, bytes } = snapshot
      await events.record('snapshot-taken', { snapshotId: id, volume: key, cause, method, bytes })
      return snapshot
    } catch (error) {
      if (error instanceof TerminalError || attempt === MOST_ATTEMPTS) throw error
    }
  }
}

/** As 20261121-120000, in UTC. */
function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
}
