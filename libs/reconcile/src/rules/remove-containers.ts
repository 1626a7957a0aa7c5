import type { CurrentContainer } from '../current-state.js'
import { byText } from '../own-member.js'
import type { Step } from '../plan.js'
import { isLive } from '../restart-policy.js'
import { findService, type View } from '../view/view.js'
import { dependencyNames, type Departure } from './departures.js'

// Docker's own, for containers that say nothing else.
const DEFAULT_GRACE_MS = 10_000

/** Stops what goes, those that depend on others first, and removes what has stopped. */
export function removeContainers(view: View, leaving: Map<string, Departure>): Step[] {
  const departing = [...leaving.values()].sort((a, b) => byText(a.container.id, b.container.id))
  const live = departing.filter(({ container }) => isLive(container))
  const stopped = departing.filter(({ container }) => !isLive(container) && container.status !== 'removing')
  const free = live.filter(({ container }) => !live.some((other) => dependsOn(view, other.container, container)))
  // A ring of dependencies has no end to begin from: all of it stops at once.
  return [
    ...(free.length > 0 ? free : live).map((departure) => stopContainer(view, departure)),
    ...stopped.map(removeContainer),
  ]
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
