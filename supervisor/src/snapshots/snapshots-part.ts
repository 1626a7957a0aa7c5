import type { Core, MakePart, Part } from '../part.js'
import type { SnapshotDisk } from './snapshot-disk.js'
import { SnapshotKeeper } from './snapshot-keeper.js'
import { snapshotSteps } from './snapshot-steps.js'

// The engine comes up after the supervisor, or its files are out of reach: neither needs a try every second.
const TRY_AGAIN_MS = 30_000

/** Copies of volumes: around updates, by hand and by schedule. */
export function snapshotsPart(openDisk: (core: Core) => SnapshotDisk): MakePart {
  return async (core): Promise<Part> => {
    const keeper = new SnapshotKeeper(openDisk(core), core.engine)
    // Before any container starts: a volume that a power cut left without its files gets them back.
    await tryToOpen(core, keeper)
    return {
      steps: snapshotSteps(core, keeper),
      report: { snapshots: () => keeper.states() },
      loops: [(end) => openLater(core, keeper, end)],
    }
  }
}

async function openLater(core: Core, keeper: SnapshotKeeper, end: AbortSignal): Promise<void> {
  let isOpen = keeper.isOpen
  while (!isOpen && !end.aborted) {
    await core.clock.sleep(TRY_AGAIN_MS, end)
    isOpen = await tryToOpen(core, keeper)
  }
}

async function tryToOpen({ log }: Core, keeper: SnapshotKeeper): Promise<boolean> {
  try {
    await keeper.open()
    return true
  } catch (error) {
    log.warn('snapshots out of reach', { error })
    return false
  }
}
