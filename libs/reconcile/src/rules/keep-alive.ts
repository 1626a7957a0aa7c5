import type { CurrentContainer } from '../current-state.js'
import type { Dependency } from '../dependencies.js'
import type { Plan, Step, Wait } from '../plan.js'
import { EMPTY_PLAN, planSteps, planWaits } from '../plans.js'
import { restartPolicy, unmetDependencies } from '../readiness.js'
import { isLive, needsStart } from '../restart-policy.js'
import { serviceKey } from '../view/containers.js'
import type { ServiceView } from '../view/services.js'
import { findService, type View } from '../view/view.js'

type RestartPolicy = NonNullable<CurrentContainer['restart']>

/**
 * Keeps the present release running for as long as it is not its turn to go: a download may take days. `item` is what
 * the target has of the service, if it has it.
 */
export function keepAlive(view: View, containers: CurrentContainer[], item?: ServiceView): Plan {
  const [present] = containers
  if (!present || containers.some(isLive) || isToStayStopped(view, present)) return EMPTY_PLAN
  const policy = policyOf(present, item)
  if (!policy || !needsStart(present, policy) || !hasItsNetworks(view, present)) return EMPTY_PLAN
  const unmet = [...unmetByLabel(view, present), ...unmetByTarget(view, present, item)]
  return unmet.length > 0 ? planWaits(...unmet) : planSteps(startContainer(present))
}

function isToStayStopped({ current }: View, { appId, service }: CurrentContainer): boolean {
  return current.requests?.stopped.includes(serviceKey(appId, service)) ?? false
}

/** Networks go missing only by another hand; a container that was attached to one cannot start without it. */
export function hasItsNetworks({ current, networks }: View, container: CurrentContainer): boolean {
  const present = new Set(current.networks.map(({ name }) => name))
  return networks.wanted.every(({ name }) => present.has(name) || !container.networks.includes(name))
}

export function startContainer({ id, name, appId, service, status, exitCode }: CurrentContainer): Step {
  const reason =
    status === 'created' ? 'it is ready' : `it ended with exit code ${exitCode ?? 'unknown'} and should run`
  return { kind: 'start-container', appId, service, id, name, reason }
}

// Of the order in the release that a container is from, no more is known than the names. Where one is gone, the switch
// to another release has begun.
function unmetByLabel(view: View, { appId, service, dependsOn = [] }: CurrentContainer): Wait[] {
  const lacking = dependsOn.filter((on) => on !== service && !isUp(view, appId, on))
  if (lacking.length === 0) return []
  const reason = `${service} waits for ${lacking.join(', ')} to start.`
  return [{ subject: service, appId, service, for: 'dependency-started', reason }]
}

// What stays the same in the target obeys its order too, but for services that it has yet to bring.
function unmetByTarget(view: View, present: CurrentContainer, item: ServiceView | undefined): Wait[] {
  if (!item || present.specHash !== item.wanted?.specHash) return []
  const isThere = ({ on }: Dependency) => (findService(view, item.app.id, on)?.containers.length ?? 0) > 0
  return unmetDependencies(view, { ...item, dependencies: item.dependencies.filter(isThere) })
}

function policyOf(container: CurrentContainer, item: ServiceView | undefined): RestartPolicy | undefined {
  return item ? restartPolicy(item, container) : container.restart
}

function isUp(view: View, appId: string, service: string): boolean {
  const item = findService(view, appId, service)
  return view.current.containers
    .filter((it) => it.appId === appId && it.service === service)
    .some((container) => {
      const policy = policyOf(container, item)
      return isLive(container) || (container.status === 'exited' && !(policy && needsStart(container, policy)))
    })
}
