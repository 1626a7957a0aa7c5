import type { Logger } from '../ports.js'
import type { MakePart } from '../part.js'
import { SelfUpdate, type SelfUpdateParts } from './self-update.js'

/** Lets the supervisor be replaced by the plan, as anything else on the device. */
export function selfUpdatePart(own: Pick<SelfUpdateParts, 'versions' | 'version' | 'handOver'>): MakePart {
  return async (core) => {
    const { targets, board, reported, log } = core
    const update = new SelfUpdate({ ...core, ...own })
    await attempt(log, () => update.begin())
    targets.changed.add(() => void attempt(log, () => update.noteTarget(targets.target?.supervisor)))
    reported.add(() => void attempt(log, () => update.prove()))
    const isWorking = () => board.status !== undefined && board.engineError === undefined
    return {
      steps: { 'replace-supervisor': ({ supervisor }, { signal }) => update.replace(supervisor, signal) },
      sources: { supervisor: () => update.state() },
      loops: [(end) => update.run(isWorking, end)],
    }
  }
}

/** A full or failing disk is no reason not to run apps. */
async function attempt(log: Logger, deed: () => Promise<void>): Promise<void> {
  try {
    await deed()
  } catch (error) {
    log.error('version of the supervisor not noted', { error })
  }
}
