import type { CurrentContainer, CurrentState, Lock } from '@flotilla/reconcile'
import { Wake } from '../loops/wake.js'
import type { Core } from '../part.js'
import type { RequestsKeeper } from '../requests-keeper.js'
import type { Status, StatusBoard } from '../status-board.js'
import type { TargetKeeper } from '../target/target-keeper.js'
import type { LockFiles } from './lock-files.js'
import type { TakenLocks } from './taken-locks.js'

// Nothing announces that a lock file is gone, or a marker file there.
const LOCK_RECHECK_MS = 10_000
const TAKE_OVER_RECHECK_MS = 2_000
const KEEP_MS = 600_000

/** Who asks not to be stopped: by lock files in containers, and over the local API. */
export class Locks {
  constructor(
    private readonly parts: {
      files: LockFiles
      taken: TakenLocks
      board: StatusBoard
      targets: TargetKeeper
      requests: RequestsKeeper
    },
  ) {}

  /**
   * For the planner, in every round. Lock files cost the engine a question each, so they are only looked for where
   * something may be about to stop: a settled board asks nothing.
   */
  async forPlan(containers: readonly CurrentContainer[]): Promise<Lock[]> {
    const taken = this.parts.taken.current()
    if (this.isQuiet(containers)) return taken
    return [...taken, ...(await this.lookAtFiles(containers))]
  }

  /** Who would object to a stop of these containers now. */
  async on(containers: readonly CurrentContainer[]): Promise<Lock[]> {
    const isOn = (lock: Lock) => containers.some((it) => it.appId === lock.appId && it.service === lock.service)
    return [...this.parts.taken.current().filter(isOn), ...(await this.lookAtFiles(containers))]
  }

  /** Looks again soon while the plan waits for what nothing announces, and keeps on disk how much is left of each lock. */
  async run({ clock, lookWanted, log }: Pick<Core, 'clock' | 'lookWanted' | 'log'>, end: AbortSignal): Promise<void> {
    const wake = new Wake()
    const forget = this.parts.board.changed.add(() => {
      if (this.recheckMs() !== undefined) wake.notify()
    })
    let keptAt = clock.monotonic()
    while (!end.aborted) {
      await wake.wait(clock, KEEP_MS, end)
      const recheckMs = this.recheckMs()
      if (recheckMs !== undefined) {
        await clock.sleep(recheckMs, end)
        lookWanted.notify()
      }
      if (clock.monotonic() - keptAt < KEEP_MS) continue
      keptAt = clock.monotonic()
      if (this.parts.taken.current().length === 0) continue
      await this.parts.taken.keep().catch((error: unknown) => log.error('locks could not be kept', { error }))
    }
    forget()
  }

  /** Undefined: nothing of the kind is waited for. */
  private recheckMs(): number | undefined {
    const waits = this.parts.board.status?.plan.waits ?? []
    if (waits.some((wait) => wait.for === 'take-over')) return TAKE_OVER_RECHECK_MS
    return waits.some((wait) => wait.for === 'lock') ? LOCK_RECHECK_MS : undefined
  }

  private lookAtFiles(containers: readonly CurrentContainer[]): Promise<Lock[]> {
    return this.parts.files.look(containers, this.parts.targets.target)
  }

  private isQuiet(containers: readonly CurrentContainer[]): boolean {
    const { status } = this.parts.board
    const { target } = this.parts.targets
    const { stopped, purge, power, forced } = this.parts.requests.requests
    if (!status || stopped.length > 0 || purge.length > 0 || power || Object.keys(forced).length > 0) return false
    if (status.target.generation !== target?.generation || status.current.host?.needsReboot) return false
    return isAtRest(status) && !hasSick(containers) && !hasSick(status.current.containers)
  }
}

/** Nothing is done or waited for but the end of a release's watch, in which no lock has a say. */
function isAtRest({ plan, current }: Status): boolean {
  const isAsking = Object.values(current.memory ?? {}).some(({ trial }) => trial !== undefined && !trial.isPermitted)
  if (isAsking || plan.steps.length > 0) return false
  return plan.waits.every((wait) => wait.housekeeping === true || wait.for === 'confirmation')
}

function hasSick(containers: CurrentState['containers'] | readonly CurrentContainer[]): boolean {
  return containers.some(({ health }) => health === 'unhealthy')
}
