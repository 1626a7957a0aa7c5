import type { CurrentContainer } from '../current-state.js'
import { byText } from '../own-member.js'
import type { Plan, Step, Wait } from '../plan.js'
import { mergePlans, planSteps, planWaits } from '../plans.js'
import { isLive } from '../restart-policy.js'
import { serviceKey } from '../view/containers.js'
import { findService, isPermitted, type View } from '../view/view.js'
import { dependencyNames, type Departure } from './departures.js'
import { lockWait, locksOn } from './locks.js'
import { windowWait } from './windows.js'

// Docker's own, for containers that say nothing else.
const DEFAULT_GRACE_MS = 10_000

/**
 * Stops what goes, those that depend on others first, and removes what has stopped; stops, too, what somebody asked to
 * be stopped. What is no part of a switch that was permitted respects locks.
 */
export function removeContainers(view: View, leaving: Map<string, Departure>): Plan {
  const departing = [...leaving.values()].sort((a, b) => byText(a.container.id, b.container.id))
  const stopped = departing.filter(({ container }) => !isLive(container) && container.status !== 'removing')
  const live = departing.filter(({ container }) => isLive(container))
  const apps = [...new Set(live.map(({ container }) => container.appId))]
  return mergePlans([
    ...apps.map((appId) =>
      stopInOrder(
        view,
        live.filter(({ container }) => container.appId === appId),
      ),
    ),
    planSteps(...stopped.map(removeContainer)),
    ...stopsByRequest(view, leaving),
  ])
}

// All of an app's or nothing: a lock on one of them would else leave the others down for as long as it is held.
function stopInOrder(view: View, live: Departure[]): Plan {
  const waits = objectionsTo(view, live)
  if (waits.length > 0) return planWaits(...waits)
  const free = live.filter(({ container }) => !live.some((other) => dependsOn(view, other.container, container)))
  // A ring of dependencies has no end to begin from: all of it stops at once.
  return planSteps(...(free.length > 0 ? free : live).map((departure) => stopContainer(view, departure)))
}

function objectionsTo(view: View, live: Departure[]): Wait[] {
  const [first] = live
  if (!first || isPermitted(view, first.container.appId)) return []
  const { appId, service } = first.container
  const what = `Stopping ${service} (${first.reason})`
  const isFormer = !view.progress.has(appId)
  const window = isFormer ? windowWait(view, 'switch', what) : undefined
  const locks = locksOn(
    view,
    live.map(({ container }) => container),
  )
  return [
    ...(window ? [{ subject: service, appId, service, ...window }] : []),
    ...locks.map((it) => lockWait(it, what)),
  ]
}

// A lock holds up its own service alone, and those that must stop after it.
function stopsByRequest(view: View, leaving: Map<string, Departure>): Plan[] {
  const asked = new Set(view.current.requests?.stopped)
  const live = view.current.containers
    .filter(({ id, appId, service }) => asked.has(serviceKey(appId, service)) && !leaving.has(id))
    .filter(isLive)
    .sort((a, b) => byText(a.id, b.id))
  return live
    .filter(
      (container) => !live.some((other) => dependsOn(view, other, container) && !dependsOn(view, container, other)),
    )
    .map((container) => stopInOrder(view, [{ container, reason: 'somebody asked that it stay stopped' }]))
}

function dependsOn(view: View, dependent: CurrentContainer, on: CurrentContainer): boolean {
  if (dependent.appId !== on.appId || dependent.service === on.service) return false
  return dependencyNames(view, dependent).includes(on.service)
}

function stopContainer(view: View, { container, reason }: Departure): Step {
  const { id, name, appId, service, stopGraceMs } = container
  const asked = findService(view, appId, service)?.service.stopGracePeriodMs
  return { kind: 'stop-container', appId, service, id, name, graceMs: stopGraceMs ?? asked ?? DEFAULT_GRACE_MS, reason }
}

function removeContainer({ container, reason }: Departure): Step {
  const { id, name, appId, service } = container
  return { kind: 'remove-container', appId, service, id, name, reason }
}
