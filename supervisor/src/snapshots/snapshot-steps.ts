import { noteRestored, noteSnapshot, noteSnapshotRemoved } from '@flotilla/reconcile'
import type { StepHandlers } from '../execute/step-handlers.js'
import type { Core } from '../part.js'
import type { SnapshotKeeper } from './snapshot-keeper.js'
import { releaseOf, reserveOf } from './snapshot-facts.js'

/** The steps of an update that have to do with copies of volumes: the deed first, then the note that it is done. */
export function snapshotSteps(
  { memory, targets, clock }: Pick<Core, 'memory' | 'targets' | 'clock'>,
  keeper: SnapshotKeeper,
): StepHandlers {
  return {
    'snapshot-volume': async (step) => {
      const { appId, key: volume, name: volumeName, snapshotId: id, maxBytes } = step
      const releaseId = releaseOf(memory.memory, appId)
      const order = { id, appId, volume, volumeName, releaseId, cause: 'update' as const, at: clock.now() }
      await keeper.create(order, { maxBytes, reserveBytes: reserveOf(targets.target) })
      await memory.update((before) => noteSnapshot(before, step))
    },
    'restore-volume': async (step) => {
      await keeper.restore(step.snapshotId, step.name)
      await memory.update((before) => noteRestored(before, step))
    },
    'remove-snapshot': async (step) => {
      // One that somebody made by hand, and had put back, is theirs.
      if (keeper.find(step.snapshotId)?.cause === 'update') await keeper.remove(step.snapshotId)
      await memory.update((before) => noteSnapshotRemoved(before, step))
    },
  }
}
