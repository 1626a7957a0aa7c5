import type { AppMemory, DeviceMemory, Trial } from '../memory.js'
import type { Step } from '../plan.js'
import { ownMember } from '../own-member.js'

/*
 * What the executor writes down after a deed. All of it may be written twice, and late: what no longer fits the memory
 * changes nothing.
 */

type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>

/** After begin-switch: from here on nothing holds the switch up. */
export function permit(memory: DeviceMemory, { appId, fingerprint }: StepOf<'begin-switch'>): DeviceMemory {
  return withTrial(memory, appId, (trial) =>
    trial.fingerprint === fingerprint ? { ...trial, isPermitted: true } : trial,
  )
}

/** After snapshot-volume. */
export function noteSnapshot(memory: DeviceMemory, step: StepOf<'snapshot-volume'>): DeviceMemory {
  const { appId, fingerprint, name, snapshotId } = step
  const app = ownMember(memory, appId)
  if (app?.trial?.fingerprint === fingerprint) {
    const { oldSnapshots = [], ...rest } = app
    // What was tried before, and is tried again by force, has the same ids.
    const left = oldSnapshots.filter((id) => id !== snapshotId)
    const trial = { ...app.trial, snapshots: { ...app.trial.snapshots, [name]: snapshotId } }
    return withApp(memory, appId, { ...rest, trial, ...(left.length > 0 && { oldSnapshots: left }) })
  }
  // It came too late: another target has come meanwhile.
  return app ? withApp(memory, appId, { ...app, oldSnapshots: added(app.oldSnapshots, snapshotId) }) : memory
}

/** After restore-volume. */
export function noteRestored(
  memory: DeviceMemory,
  { appId, name, snapshotId }: StepOf<'restore-volume'>,
): DeviceMemory {
  const app = ownMember(memory, appId)
  if (!app?.restore || ownMember(app.restore, name) !== snapshotId) return memory
  const { restore: former = {}, ...rest } = app
  const left = Object.entries(former).filter(([other]) => other !== name)
  const restore = left.length > 0 ? { restore: Object.fromEntries(left) } : {}
  return withApp(memory, appId, { ...rest, ...restore, oldSnapshots: added(app.oldSnapshots, snapshotId) })
}

/** After remove-snapshot. */
export function noteSnapshotRemoved(memory: DeviceMemory, step: StepOf<'remove-snapshot'>): DeviceMemory {
  const app = ownMember(memory, step.appId)
  if (!app?.oldSnapshots?.includes(step.snapshotId)) return memory
  const { oldSnapshots = [], ...rest } = app
  const left = oldSnapshots.filter((id) => id !== step.snapshotId)
  return withApp(memory, step.appId, { ...rest, ...(left.length > 0 && { oldSnapshots: left }) })
}

/** A service of a release that is being watched says itself that it is well. */
export function noteConfirmed(
  memory: DeviceMemory,
  { appId, service }: { appId: string; service: string },
): DeviceMemory {
  return withTrial(memory, appId, (trial) =>
    trial.isPermitted && !trial.confirmedBy.includes(service)
      ? { ...trial, confirmedBy: [...trial.confirmedBy, service] }
      : trial,
  )
}

/** Once per start of the supervisor, before anything else: a release may be what makes the board start again. */
export function noteStart(memory: DeviceMemory): DeviceMemory {
  return Object.keys(memory).reduce(
    (before, appId) =>
      withTrial(before, appId, (trial) =>
        trial.isPermitted && trial.retryAt === undefined ? { ...trial, starts: trial.starts + 1 } : trial,
      ),
    memory,
  )
}

function withTrial(memory: DeviceMemory, appId: string, change: (trial: Trial) => Trial): DeviceMemory {
  const app = ownMember(memory, appId)
  if (!app?.trial) return memory
  const trial = change(app.trial)
  return trial === app.trial ? memory : withApp(memory, appId, { ...app, trial })
}

function withApp(memory: DeviceMemory, appId: string, app: AppMemory): DeviceMemory {
  return { ...memory, [appId]: app }
}

function added(ids: string[] = [], id: string): string[] {
  return ids.includes(id) ? ids : [...ids, id]
}
