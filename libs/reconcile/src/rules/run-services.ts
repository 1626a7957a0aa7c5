import type { CurrentContainer } from '../current-state.js'
import { restsUntil, wasCutShort } from '../one-shots.js'
import type { Plan, Wait } from '../plan.js'
import { EMPTY_PLAN, mergePlans, planSteps, planWaits } from '../plans.js'
import { isToBeStarted, unmetDependencies } from '../readiness.js'
import { isLive } from '../restart-policy.js'
import type { ServiceView } from '../view/services.js'
import { isSwitching, nameOf, type View } from '../view/view.js'
import { canCreate } from './creation.js'
import type { Departure } from './departures.js'
import { isHandingOver, runsBeside, waitForTakeOver } from './hand-over.js'
import { waitForCopies, type Copy } from './volume-copies.js'
import { hasItsNetworks, keepAlive, startContainer } from './keep-alive.js'

/** Creates and starts what the target wants, each service as soon as what it depends on allows it. */
export function runServices(view: View, leaving: Map<string, Departure>, copies: readonly Copy[]): Plan {
  return mergePlans([
    ...view.services.map((item) => runService(view, leaving, copies, item)),
    // What the target no longer has is still the present release until the switch.
    ...view.unwanted.map((containers) => keepAliveUnwanted(view, containers)),
    planWaits(...view.services.flatMap((item) => waitForTakeOver(view, item))),
  ])
}

function keepAliveUnwanted(view: View, containers: CurrentContainer[]): Plan {
  return containers.some(({ appId }) => isSwitching(view, appId)) ? EMPTY_PLAN : keepAlive(view, containers)
}

function runService(view: View, leaving: Map<string, Departure>, copies: readonly Copy[], item: ServiceView): Plan {
  const former = item.containers.filter(({ id, status }) => leaving.has(id) || status === 'removing')
  if (!isSwitching(view, item.app.id)) {
    const own = item.right ? [item.right, ...item.containers] : item.containers
    return former.length > 0 ? EMPTY_PLAN : keepAlive(view, own, item)
  }
  const held = item.right && isLive(item.right) ? [] : waitForCopies(copies, item.app.id, item.name)
  if (held.length > 0) return planWaits(...held)
  if (item.right) return startRight(view, item, item.right)
  if (former.length > 0) return planWaits(waitForStop(item, former))
  if (item.containers.length === 0 || isHandingOver(view, item)) return createContainer(view, item)
  const { steps } = keepAlive(view, item.containers, item)
  return { steps, waits: unmetDependencies(view, item) }
}

function startRight(view: View, item: ServiceView, right: CurrentContainer): Plan {
  if (!isToBeStarted(item, right)) return EMPTY_PLAN
  const until = wasCutShort(item.app, item.name, right) ? restsUntil(right, view.now) : undefined
  if (until !== undefined) return planWaits(waitForRest(item, right, until))
  const twins = item.containers.filter(
    (container) => container !== right && isLive(container) && !runsBeside(view, item, right, container),
  )
  const inTheWay = [...twins, ...liveUnwanted(view)]
  if (inTheWay.length > 0) return planWaits(waitForStop(item, inTheWay))
  const unmet = unmetDependencies(view, item)
  if (unmet.length > 0) return planWaits(...unmet)
  return hasItsNetworks(view, right) ? planSteps(startContainer(right)) : EMPTY_PLAN
}

function createContainer(view: View, item: ServiceView): Plan {
  const inTheWay = liveUnwanted(view)
  if (inTheWay.length > 0) return planWaits(waitForStop(item, inTheWay))
  const unmet = unmetDependencies(view, item)
  if (unmet.length > 0) return planWaits(...unmet)
  if (!item.wanted || !canCreate(view, item)) return EMPTY_PLAN
  return planSteps({
    kind: 'create-container',
    appId: item.app.id,
    service: item.name,
    name: nameOf(view, item),
    ...item.wanted,
    dependsOn: item.dependencies.map(({ on }) => on),
    reason: `release ${item.app.release.version} has it`,
  })
}

// A service may have been renamed, or an app have taken another one's place: the new one would find the port taken, or
// share a database's files with the old one.
function liveUnwanted(view: View): CurrentContainer[] {
  return view.unwanted.flat().filter(isLive)
}

function waitForRest(item: ServiceView, { exitCode }: CurrentContainer, until: number): Wait {
  return {
    subject: item.name,
    appId: item.app.id,
    service: item.name,
    for: 'back-off',
    reason: `${item.name} was cut short (exit code ${exitCode ?? 'unknown'}) and will be started again.`,
    until,
  }
}

function waitForStop(item: ServiceView, containers: CurrentContainer[]): Wait {
  const others = [...new Set(containers.map(({ service }) => service))].filter((service) => service !== item.name)
  const former = others.length > 0 ? others.join(', ') : 'its former container'
  return {
    subject: item.name,
    appId: item.app.id,
    service: item.name,
    for: 'stop',
    reason: `${item.name} waits for ${former} to go.`,
  }
}
