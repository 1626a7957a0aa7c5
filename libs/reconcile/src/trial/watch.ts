import type { TargetApp } from '@flotilla/contracts'
import type { CurrentContainer } from '../current-state.js'
import { imageReference } from '../images.js'
import type { AppMemory, Watch, WatchedRestarts } from '../memory.js'
import { wasInterrupted } from '../one-shots.js'
import { ownMember } from '../own-member.js'
import { isToBeStarted } from '../readiness.js'
import { isLive } from '../restart-policy.js'
import type { ServiceView } from '../view/services.js'
import type { View } from '../view/view.js'
import { isSameService } from './app-fingerprint.js'

/** An app that is tried, as it stands in this round. */
export interface Tried {
  view: View
  app: TargetApp
  // What it may return to.
  good?: TargetApp
  fingerprint: string
  // How often the board or the supervisor started meanwhile.
  starts: number
  // Who was unhealthy lately, before the switch.
  sickness: AppMemory['sickness']
}

/** The watch, one round later: what was seen of the app's restarts, and for how long all of it has been up. */
export function lookAgain(tried: Tried, former: Watch | undefined, elapsedMs: number): Watch {
  const before = former?.fingerprint === tried.fingerprint ? former : undefined
  const totalMs = before ? before.totalMs + elapsedMs : 0
  const restarts = servicesOf(tried).flatMap(({ name, right }) =>
    right ? [[right.id, lookAtRestarts(tried, before, { container: right, name, totalMs })] as const] : [],
  )
  const sickBefore = sickSince(tried, before)
  const isUp = isAllUp(tried, sickBefore)
  const isItsTurn = before !== undefined && !isUp && !isHeldUp(tried)
  const wellMs = before?.wellMs === undefined ? (isUp ? 0 : undefined) : before.wellMs + elapsedMs
  return {
    fingerprint: tried.fingerprint,
    totalMs,
    switchingMs: (before?.switchingMs ?? 0) + (isItsTurn ? elapsedMs : 0),
    ...(wellMs !== undefined && { wellMs }),
    restarts: Object.fromEntries(restarts),
    cutShort: before ? before.cutShort : cutShortBy(tried),
    sickBefore,
  }
}

export function servicesOf({ view, app }: Pick<Tried, 'view' | 'app'>): ServiceView[] {
  return view.services.filter((item) => item.app.id === app.id)
}

/**
 * Whether nothing but the release is there, and all of it does what it should: a health still `starting` will do, and
 * so will one that was bad before (Watch.sickBefore).
 */
export function isAllUp(tried: Pick<Tried, 'view' | 'app'>, sickBefore: readonly string[]): boolean {
  const isWell = ({ right, isStopped }: ServiceView) =>
    isStopped || right?.status !== 'running' || right.health !== 'unhealthy' || sickBefore.includes(right.id)
  const isDone = ({ right, isStopped }: ServiceView) =>
    isStopped || right?.status === 'running' || (right?.status === 'exited' && right.exitCode === 0)
  return isInPlace(tried) && servicesOf(tried).every((item) => isWell(item) && isDone(item))
}

/** Whether nothing but the release is there, and each of its services runs or has ended as it may, well or not. */
export function isInPlace({ view, app }: Pick<Tried, 'view' | 'app'>): boolean {
  const isGone = !view.unwanted.flat().some((it) => it.appId === app.id && isLive(it))
  return isGone && servicesOf({ view, app }).every(isThere)
}

/** Whether the engine or the device has every image of the app. */
export function hasItsImages({ view, app }: Pick<Tried, 'view' | 'app'>): boolean {
  return Object.values(app.services).every(({ image }) => !view.missingImages.has(imageReference(image)))
}

function cutShortBy(tried: Tried): Record<string, number> {
  const found = servicesOf(tried).flatMap(({ right }) => (right && isCutShort(tried, right) ? [right] : []))
  return Object.fromEntries(found.map(({ id, finishedAt }) => [id, finishedAt ?? 0]))
}

function isCutShort({ starts }: Tried, container: CurrentContainer): boolean {
  return starts > 0 && wasInterrupted(container) && !container.oomKilled
}

function isThere(item: ServiceView): boolean {
  const { right, containers, isStopped } = item
  // Somebody wants it not to run for now: nothing can be told from it.
  if (isStopped) return true
  if (!right || containers.some((it) => it !== right && isLive(it))) return false
  return isLive(right) || (right.status === 'exited' && !isToBeStarted(item, right))
}

// What nobody has touched and was unhealthy already is not this release's fault, which may even be there to mend it.
function sickSince(tried: Tried, before: Watch | undefined): string[] {
  const { good, sickness = {} } = tried
  const notWell = servicesOf(tried).flatMap(({ name, right }) =>
    right?.status === 'running' && right.health !== 'healthy' ? [{ name, right }] : [],
  )
  const wasSick = ({ name, right }: (typeof notWell)[number]) => {
    if (before) return before.sickBefore.includes(right.id)
    const isSick = right.health === 'unhealthy' || ownMember(sickness, name)?.isUnhealthy === true
    return good !== undefined && isSick && isOlderThanTrial(tried, before, name)
  }
  return notWell.filter(wasSick).map(({ right }) => right.id)
}

// A download and a person's wish say nothing of the release.
function isHeldUp(tried: Tried): boolean {
  return !hasItsImages(tried) || servicesOf(tried).some(({ isStopped }) => isStopped)
}

function lookAtRestarts(
  tried: Tried,
  before: Watch | undefined,
  { container, name, totalMs }: { container: CurrentContainer; name: string; totalMs: number },
): WatchedRestarts {
  const known = before && ownMember(before.restarts, container.id)
  const seen = container.restartCount ?? 0
  const former = known ?? { seen: isOlderThanTrial(tried, before, name) ? seen : 0, count: 0, sinceMs: totalMs }
  // The engine counts from nothing again after each start on purpose.
  const added = seen >= former.seen ? seen - former.seen : seen
  return {
    ...former,
    ...(added > 0 && { lastMs: totalMs }),
    ...(container.exitCode !== undefined && { exitCode: container.exitCode }),
    ...(container.oomKilled && { oomKilled: true }),
    // The start that follows on a power cut is no restart of its own.
    seen: !before && isCutShort(tried, container) ? seen + 1 : seen,
    count: former.count + added,
  }
}

// What the container of an unchanged service did before says nothing of the release. One that comes up in the middle of
// the watch is new; at its beginning (which a restart of the supervisor may be), the last good release tells.
function isOlderThanTrial({ app, good }: Tried, before: Watch | undefined, name: string): boolean {
  if (before) return false
  const service = ownMember(app.services, name)
  const former = good && ownMember(good.services, name)
  return !good || (service !== undefined && former !== undefined && isSameService(service, former))
}
