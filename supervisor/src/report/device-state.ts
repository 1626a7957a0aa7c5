import type { DeviceState } from '@flotilla/contracts'
import { appStates, describePlan, planActivity, type CurrentContainer } from '@flotilla/reconcile'
import type { Host } from '../ports.js'
import type { Status } from '../status-board.js'
import type { LastGood } from '../stored.js'

export interface StateFacts {
  supervisor: { version: string; startedAt: string }
  host: ReturnType<Host['facts']> & { engine?: string }
  // Undefined: there is no target, or the engine has not been seen yet.
  status?: Status
  engineError?: string
  lastGood: LastGood
}

/** What the device says of itself: pure, and the same for the same facts, so that an unchanged board reports nothing. */
export function deviceState(facts: StateFacts): DeviceState {
  const { supervisor, host, status, engineError } = facts
  const base = { supervisor, host: withoutAbsent(host) }
  if (engineError !== undefined) {
    const explanation = `The container engine does not answer: ${engineError}`
    return { ...base, ...lastSeen(facts), activity: 'failing', explanation: explanation.slice(0, 4000) }
  }
  if (!status) return { ...base, explanation: 'There is no target yet.', apps: {} }
  const { plan, current, at } = status
  return {
    ...base,
    ...lastSeen(facts),
    activity: planActivity(plan, current),
    explanation: describePlan(plan, at),
  }
}

function lastSeen({ status, lastGood }: StateFacts): Pick<DeviceState, 'generation' | 'apps'> {
  if (!status) return { apps: {} }
  const apps = Object.entries(currentApps(status)).map(([appId, app]) => {
    const releaseId = app.releaseId ?? stillRunning(appId, status.current.containers, lastGood)
    return [appId, releaseId === undefined ? app : { ...app, releaseId }] as const
  })
  return { generation: status.target.generation, apps: Object.fromEntries(apps) }
}

/** As the planner sees them; with a release where the target's own runs whole. */
export function currentApps({ target, current, plan, at, progress }: Status): DeviceState['apps'] {
  return appStates({ target, current, plan, now: at, progress })
}

/** While the next release is being fetched, the last good one goes on, whole: then it is that one that runs. */
function stillRunning(appId: string, containers: readonly CurrentContainer[], lastGood: LastGood): string | undefined {
  const good = lastGood[appId]
  if (!good) return undefined
  const isUp = ([service, specHash]: [string, string]) =>
    containers.some((it) => it.appId === appId && it.service === service && it.specHash === specHash && isWell(it))
  const services = Object.entries(good.specHashes)
  return services.length > 0 && services.every(isUp) ? good.releaseId : undefined
}

function isWell({ status, health, exitCode }: CurrentContainer): boolean {
  return (status === 'running' && health !== 'unhealthy') || (status === 'exited' && exitCode === 0)
}

function withoutAbsent<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}
