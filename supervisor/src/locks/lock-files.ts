import type { Target } from '@flotilla/contracts'
import { labelOf, type CurrentContainer, type Lock } from '@flotilla/reconcile'
import type { DurableValue } from '../durable-value.js'
import type { Engine, TimeSource } from '../ports.js'
import { LOCK_FILES } from './lock-paths.js'
import type { StoredLocks } from './stored-locks.js'

// How exactly a file's time and a container's start compare.
const SLACK_MS = 2_000
// One write for so much more of a hold: it is only to survive restarts roughly.
const KEPT_STEP_MS = 600_000
// A hold that nobody looked at for longer than this was not seen all the time.
const LONGEST_GAP_MS = 120_000

interface Hold {
  // Of which start of the container (CurrentContainer.startedAt).
  run?: number
  heldMs: number
  keptMs: number
  seenAt: number
}

/**
 * Lock files in running containers. A container that does not run holds nothing, and neither does a file that an
 * earlier run of the container left behind: a lock does not outlive its app.
 */
export class LockFiles {
  private holds = new Map<string, Hold>()

  constructor(
    private readonly engine: Pick<Engine, 'fileTime'>,
    private readonly kept: DurableValue<StoredLocks>,
    private readonly clock: TimeSource,
  ) {}

  /** `target` says for how long a service may hold one at most. */
  async look(containers: readonly CurrentContainer[], target: Target | undefined): Promise<Lock[]> {
    const running = containers.filter(({ status }) => status === 'running' || status === 'paused')
    const found = await Promise.all(running.map((container) => this.lockOf(container, target)))
    const ids = new Set(containers.map(({ id }) => id))
    for (const id of this.holds.keys()) if (!ids.has(id)) this.holds.delete(id)
    // It is only for restarts: a full disk is no reason to believe in locks that are gone.
    await this.keep().catch(() => undefined)
    return found.flat()
  }

  private async lockOf(container: CurrentContainer, target: Target | undefined): Promise<Lock[]> {
    const times = await Promise.all(LOCK_FILES.map((path) => this.engine.fileTime(container.id, path)))
    const isHeld = times.some((time) => time !== undefined && this.isOfThisRun(time, container))
    if (!isHeld) this.holds.delete(container.id)
    if (!isHeld) return []
    const { heldMs } = this.noteHold(container)
    const { appId, service } = container
    const longestMs = longestHoldMs(target, container)
    if (longestMs === undefined) return [{ appId, service, by: 'file' }]
    if (heldMs >= longestMs) return []
    return [{ appId, service, by: 'file', until: this.clock.now() + longestMs - heldMs }]
  }

  private isOfThisRun(changedAt: number, { id, startedAt }: CurrentContainer): boolean {
    const known = this.holds.get(id)
    if (known && known.run === startedAt) return true
    // A start in the future was written by a clock that has been set back since: then nobody can tell.
    if (startedAt === undefined || startedAt > this.clock.now()) return true
    return this.clock.correct(changedAt) >= startedAt - SLACK_MS
  }

  private noteHold({ id, startedAt }: CurrentContainer): Hold {
    const now = this.clock.monotonic()
    const known = this.holds.get(id)
    // Another start of the container is another hold.
    const before = known?.run === startedAt ? known : undefined
    const keptMs = known ? 0 : (this.kept.value.files[id] ?? 0)
    const hold = before ?? { run: startedAt, heldMs: keptMs, keptMs, seenAt: now }
    const gap = now - hold.seenAt
    hold.heldMs += Math.min(gap, LONGEST_GAP_MS)
    hold.seenAt = now
    this.holds.set(id, hold)
    return hold
  }

  private async keep(): Promise<void> {
    const holds = [...this.holds]
    const isOld = holds.some(([, { heldMs, keptMs }]) => heldMs - keptMs >= KEPT_STEP_MS)
    const isOver = Object.keys(this.kept.value.files).some((id) => !this.holds.has(id))
    if (!isOld && !isOver) return
    for (const [, hold] of holds) hold.keptMs = hold.heldMs
    const files = Object.fromEntries(holds.map(([id, { heldMs }]) => [id, Math.round(heldMs)]))
    await this.kept.update((value) => ({ ...value, files }))
  }
}

/** Label io.flotilla.update.lock-timeout, in seconds; undefined: for as long as the file is there. */
function longestHoldMs(target: Target | undefined, { appId, service }: CurrentContainer): number | undefined {
  const wanted = target?.apps.find(({ id }) => id === appId)?.services[service]
  const asked = wanted && labelOf(wanted, 'update.lock-timeout')
  return asked !== undefined && /^[1-9][0-9]{0,8}$/.test(asked) ? Number(asked) * 1000 : undefined
}
