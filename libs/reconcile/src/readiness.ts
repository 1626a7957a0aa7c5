import type { CurrentContainer } from './current-state.js'
import { dependencyCycle, type Dependency } from './dependencies.js'
import { effectiveRestart, wasCutShort } from './one-shots.js'
import type { Wait } from './plan.js'
import { isLive, needsStart } from './restart-policy.js'
import { createContainerKey, startContainerKey } from './step-key.js'
import { findService, isSwitching, nameOf, type View } from './view/view.js'
import type { ServiceView } from './view/services.js'

/** What a service still needs of others before it may be created or started; empty where nothing. */
export function unmetDependencies(view: View, item: ServiceView): Wait[] {
  return item.dependencies.flatMap((dependency) => {
    const on = findService(view, item.app.id, dependency.on)
    const unmet = on ? unmetNeed(view, on, dependency) : 'there is no such service in its release'
    if (unmet === undefined) return []
    return [dependencyWait(item, dependency, unmet)]
  })
}

/** The policy that counts for a container: its own, or the target's where it is what the target wants. */
export function restartPolicy(
  item: ServiceView,
  container: CurrentContainer,
): NonNullable<CurrentContainer['restart']> {
  const wanted = effectiveRestart(item.app, item.name, item.service)
  return container.id === item.right?.id ? wanted : (container.restart ?? wanted)
}

/** Whether a container should run and does not, and it is ours to start it. */
export function isToBeStarted(item: ServiceView, container: CurrentContainer): boolean {
  if (item.isStopped) return false
  if (needsStart(container, restartPolicy(item, container))) return true
  return container.id === item.right?.id && (item.isTriedAgain || wasCutShort(item.app, item.name, container))
}

// What is missing, as the end of a sentence; undefined where nothing is.
function unmetNeed(view: View, on: ServiceView, dependency: Dependency): string | undefined {
  // Until it is switched, the present release stands by its own containers.
  const container = on.right ?? (isSwitching(view, on.app.id) ? undefined : on.containers[0])
  if (!dependency.required && hasFailed(view, on, container, dependency.condition)) return undefined
  if (!container) return waitsForItself(on) ?? 'it is not there yet'
  if (dependency.joins && !isLive(container)) return 'it does not run'
  switch (dependency.condition) {
    case 'service_started':
      return isLive(container) || hasEnded(on, container) ? undefined : 'it has not started'
    case 'service_healthy':
      return unmetHealth(container)
    case 'service_completed_successfully':
      return unmetCompletion(container)
  }
}

function unmetHealth(container: CurrentContainer): string | undefined {
  if (!isLive(container)) return 'it does not run'
  if (container.health === undefined) return 'it has no health check'
  return container.health === 'healthy' ? undefined : `it is ${container.health}`
}

function unmetCompletion(container: CurrentContainer): string | undefined {
  if (container.status !== 'exited') return isLive(container) ? 'it still runs' : 'it has not started'
  return container.exitCode === 0 ? undefined : `it ended with exit code ${container.exitCode ?? 'unknown'}`
}

// An optional dependency holds nobody up once it is clear that it will not come by itself.
function hasFailed(
  view: View,
  on: ServiceView,
  container: CurrentContainer | undefined,
  condition: Dependency['condition'],
): boolean {
  if (container && isLive(container)) return condition === 'service_healthy' && container.health === 'unhealthy'
  if (container && hasEnded(on, container)) {
    return condition === 'service_completed_successfully' ? container.exitCode !== 0 : condition === 'service_healthy'
  }
  const created = on.wanted && createContainerKey(nameOf(view, on), on.wanted.specHash)
  const keys = [created, container && startContainerKey(container.id)]
  return keys.some((key) => key !== undefined && Object.hasOwn(view.current.attempts, key))
}

function hasEnded(on: ServiceView, container: CurrentContainer): boolean {
  return container.status === 'exited' && !isToBeStarted(on, container)
}

function waitsForItself(on: ServiceView): string | undefined {
  const cycle = dependencyCycle(on.app, on.name)
  return cycle && `they wait for each other: ${cycle.join(' → ')}`
}

function dependencyWait(item: ServiceView, { on, condition }: Dependency, unmet: string): Wait {
  const [waitsFor, needs] = NEEDS[condition]
  return {
    subject: item.name,
    appId: item.app.id,
    service: item.name,
    for: waitsFor,
    reason: `${item.name} waits for ${on} to ${needs}: ${unmet}.`,
  }
}

const NEEDS: Record<Dependency['condition'], [Wait['for'], string]> = {
  service_started: ['dependency-started', 'start'],
  service_healthy: ['dependency-healthy', 'be healthy'],
  service_completed_successfully: ['dependency-completed', 'complete'],
}
