import type { CurrentContainer } from '../current-state.js'
import { leadsTo } from '../dependencies.js'
import { imageReference } from '../images.js'
import { unmetDependencies } from '../readiness.js'
import { isLive } from '../restart-policy.js'
import { startContainerKey } from '../step-key.js'
import type { ServiceView } from '../view/services.js'
import { purgedVolumeOf } from '../view/purges.js'
import { isFetchedLate } from '../view/stages.js'
import { findService, isSwitching, type View } from '../view/view.js'
import { canCreate } from './creation.js'
import { isHandingOver, mayFormerGo } from './hand-over.js'
import { changeReason } from './reasons.js'

/** A container that goes now, and why. */
export interface Departure {
  container: CurrentContainer
  reason: string
}

/**
 * The containers that go now, by id: none before the switch of its app but those of services that stop before their
 * image is fetched. A container of a service that stays goes only when its successor could be started, so that a
 * dependency that fails keeps the old one running.
 */
export function departures(view: View): Map<string, Departure> {
  const leaving = [...unwantedDepartures(view), ...view.services.flatMap((item) => serviceDepartures(view, item))]
  return withDependents(view, new Map(leaving.map((departure) => [departure.container.id, departure])))
}

/** Services that a container leans on: of its release where the target no longer knows it, else of the target too. */
export function dependencyNames(view: View, container: CurrentContainer): string[] {
  const item = findService(view, container.appId, container.service)
  return [...(container.dependsOn ?? []), ...(item?.dependencies.map(({ on }) => on) ?? [])]
}

function unwantedDepartures(view: View): Departure[] {
  const going = view.unwanted.flat().filter(({ appId }) => isSwitching(view, appId))
  return going.map((container) => {
    const isAppWanted = view.target.apps.some(({ id }) => id === container.appId)
    const reason = isAppWanted ? 'its release no longer has it' : 'its app no longer belongs on this device'
    return { container, reason }
  })
}

function serviceDepartures(view: View, item: ServiceView): Departure[] {
  if (!isSwitching(view, item.app.id)) return earlyDepartures(view, item)
  const { right } = item
  const others = item.containers.filter((container) => container !== right)
  if (right) {
    const former = others.filter((container) => mayFormerGo(view, item, right, container))
    return former.map((container) => ({ container, reason: 'another container has taken its place' }))
  }
  if (isHandingOver(view, item)) return []
  const isReplaceable = canCreate(view, item) && unmetDependencies(view, item).length === 0
  return others
    .filter((it) => isReplaceable || view.networks.evicted.has(it.id) || purgedVolumeOf(view.purges, it))
    .map((container) => ({ container, reason: changeReason(view, item, container) }))
}

function earlyDepartures(view: View, item: ServiceView): Departure[] {
  const { standing = 'not-begun', stage } = view.progress.get(item.app.id) ?? {}
  if (stage !== 'clearing' || !isFetchedLate(item, standing)) return []
  if (!view.missingImages.has(imageReference(item.service.image))) return []
  const reason = 'it stops before its next image is fetched, as its update strategy says'
  return item.containers.map((container) => ({ container, reason }))
}

// What has to be replaced anyway and leans on a running container that goes, goes with it (and, by the order of
// stopping, before it). The set only grows, so this ends, rings of dependencies or not.
function withDependents(view: View, leaving: Map<string, Departure>): Map<string, Departure> {
  const added = view.services
    .filter(({ app, right }) => !right && isSwitching(view, app.id))
    .flatMap((item) => item.containers.filter(({ id }) => !leaving.has(id)).map((container) => ({ item, container })))
    .flatMap(({ item, container }) => {
      const reason = reasonToGoAlong(view, leaving, item, container)
      return reason === undefined ? [] : [{ container, reason }]
    })
  if (added.length === 0) return leaving
  return withDependents(view, new Map([...leaving, ...added.map((it) => [it.container.id, it] as const)]))
}

function reasonToGoAlong(
  view: View,
  leaving: Map<string, Departure>,
  { app, name }: ServiceView,
  container: CurrentContainer,
): string | undefined {
  const gone = dependencyNames(view, container).find((on) => isLeavingService(view, leaving, app.id, on))
  if (gone !== undefined) return `${gone}, on which it depends, is replaced`
  const stuck = view.services.find(
    (on) => on.app.id === app.id && hasFailedToStart(view, on) && leadsTo(app, name, on.name),
  )
  return stuck && `${stuck.name}, on which it depends, does not start beside it`
}

// It may need what the old container of a dependent still holds: a published port that moved from one to the other.
function hasFailedToStart({ current }: View, { right }: ServiceView): boolean {
  return right !== undefined && !isLive(right) && Object.hasOwn(current.attempts, startContainerKey(right.id))
}

// A surplus container beside the right one does not take its service away.
function isLeavingService(view: View, leaving: Map<string, Departure>, appId: string, service: string): boolean {
  if (findService(view, appId, service)?.right) return false
  return [...leaving.values()].some(
    ({ container }) => container.appId === appId && container.service === service && isLive(container),
  )
}
