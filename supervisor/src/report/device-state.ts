import type { AppState, DeviceState } from '@flotilla/contracts'
import { appStates, describePlan, planActivity } from '@flotilla/reconcile'
import type { Host } from '../ports.js'
import type { Status } from '../status-board.js'

export interface StateFacts {
  supervisor: { version: string; startedAt?: string }
  host: ReturnType<Host['facts']> & { engine?: string }
  hasTarget: boolean
  // Undefined: the engine has not been seen yet.
  status?: Status
  engineError?: string
  // Why the newest target could not be kept.
  keepError?: string
  // Of volumes, by app id and snapshot id.
  snapshots: Record<string, AppState['snapshots']>
  // What downloads have cost, and what is left of their budget; undefined: there is none.
  transfers?: DeviceState['transfers']
  // Said by apps over the local API.
  tags?: Record<string, string>
  // What the server was told last: it stands for what is not known yet, after a restart.
  acknowledged: Partial<DeviceState>
}

/** What the device says of itself: pure, and the same for the same facts, so that an unchanged board reports nothing. */
export function deviceState(facts: StateFacts): DeviceState {
  const { supervisor, engineError, keepError, acknowledged } = facts
  const host = withoutAbsent({ ...facts.host, engine: facts.host.engine ?? acknowledged.host?.engine })
  const tags = facts.tags && Object.keys(facts.tags).length > 0 ? facts.tags : undefined
  const { tags: _formerTags, transfers: _formerTransfers, ...seen } = lastSeen(facts)
  const { transfers } = facts
  const base = { ...seen, supervisor, host, ...(tags && { tags }), ...(transfers && { transfers }) }
  const troubles = [
    ...(keepError === undefined ? [] : [`The disk does not take the new target: ${keepError}`]),
    ...(engineError === undefined ? [] : [`The container engine does not answer: ${engineError}`]),
  ]
  if (troubles.length === 0) return base
  // What it planned when the engine last answered means nothing any more.
  const planned = engineError === undefined && facts.status && base.explanation ? [base.explanation] : []
  return { ...base, activity: 'failing', explanation: [...troubles, ...planned].join('\n').slice(0, 4000) }
}

function lastSeen({ status, snapshots, hasTarget, acknowledged }: StateFacts): DeviceState {
  if (!hasTarget) return { explanation: 'There is no target yet.', apps: {} }
  if (!status) return { apps: {}, ...acknowledged }
  const { plan, current, at, target } = status
  const apps = Object.entries(currentApps(status)).map(([appId, app]) => {
    const releaseId = app.releaseId ?? goodReleaseId(status, appId)
    return [appId, withoutAbsent({ ...app, releaseId, snapshots: snapshots[appId] })] as const
  })
  return {
    generation: target.generation,
    activity: planActivity(plan, current),
    explanation: describePlan(plan, at),
    apps: Object.fromEntries(apps),
  }
}

/** As the planner sees them; with a release where the target's own runs whole. */
export function currentApps({ target, current, plan, at, progress }: Status): DeviceState['apps'] {
  return appStates({ target, current, plan, now: at, progress })
}

/** While the next release is being fetched, the last good one goes on, whole: then it is that one that runs. */
function goodReleaseId({ target, current, at }: Status, appId: string): string | undefined {
  const good = current.memory?.[appId]?.good
  if (!good) return undefined
  const states = appStates({
    target: { ...target, apps: [good] },
    current: { ...current, containers: current.containers.filter((it) => it.appId === appId), memory: {} },
    plan: { steps: [], waits: [] },
    now: at,
  })
  return states[appId]?.releaseId
}

function withoutAbsent<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}
