import { once } from 'node:events'
import type { Core, MakePart, Part } from '../part.js'
import { Pace } from '../pace.js'
import { SnapshotActions } from './snapshot-actions.js'
import { policyOf } from './snapshot-facts.js'
import type { SnapshotDisk } from './snapshot-disk.js'
import { SnapshotKeeper } from './snapshot-keeper.js'
import { snapshotSteps } from './snapshot-steps.js'
import { SnapshotUploads } from './snapshot-uploads.js'
import type { Transfer } from './upload-snapshot.js'

/** Copies of volumes: around updates, by hand and by schedule, on the board and in the control plane. */
export function snapshotsPart(openDisk: (core: Core) => SnapshotDisk): MakePart {
  return async (core): Promise<Part> => {
    const disk = openDisk(core)
    const keeper = new SnapshotKeeper(disk, core.engine)
    const ending = new AbortController()
    const transfer = transferOf(core, disk, ending.signal)
    const uploads = new SnapshotUploads(core, keeper, transfer)
    // A look is what reports are made of.
    keeper.changed.add(() => core.lookWanted.notify())
    // Before any container starts: a volume that a power cut left without its files gets them back.
    await tryToOpen(core, keeper)
    return {
      steps: snapshotSteps(core, keeper),
      report: { snapshots: () => keeper.states() },
      offers: { snapshots: new SnapshotActions(core, keeper, uploads, transfer) },
      loops: [(end) => uploads.run(end), (end) => abortWith(end, ending)],
    }
  }
}

function transferOf({ cloud, clock, log, targets }: Core, disk: SnapshotDisk, ending: AbortSignal): Transfer {
  const pace = new Pace(clock, () => policyOf(targets.target).snapshotUploadBytesPerSecond)
  return { cloud: cloud.snapshots, disk, pace, clock, log, ending }
}

// What people ask for runs in no loop of its own.
async function abortWith(end: AbortSignal, ending: AbortController): Promise<void> {
  if (!end.aborted) await once(end, 'abort')
  ending.abort()
}

async function tryToOpen({ log }: Core, keeper: SnapshotKeeper): Promise<void> {
  try {
    await keeper.open()
  } catch (error) {
    // The engine may come up later; whatever is asked of the keeper tries it again.
    log.warn('snapshots out of reach', { error })
  }
}
