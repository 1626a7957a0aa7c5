import type { TargetApp, TargetImage } from '@flotilla/contracts'
import { imageReference } from '../images.js'
import { byText } from '../own-member.js'
import type { Plan, Step, Wait } from '../plan.js'
import { EMPTY_PLAN, mergePlans, planSteps, planWaits } from '../plans.js'
import { stepKey } from '../step-key.js'
import type { ServiceView } from '../view/services.js'
import { isFetchedLate } from '../view/stages.js'
import { isRefused, type View } from '../view/view.js'
import { budgetWait } from './budget.js'
import { deltaAwaitedUntil, deltaWaits } from './delta-waits.js'
import { deleteFirst } from './old-images.js'
import { isForced, isRunningOrDue } from './permission.js'
import { ofApp } from './sentences.js'
import { fitOf, spaceWait, uniqueImages } from './space.js'
import { windowWait } from './windows.js'

/**
 * Every missing image is fetched at once, whatever else goes on: those of services that stop first once these have gone,
 * and none that has no room. A download that runs goes on when its window closes: what it has cost is not lost then.
 */
export function pullImages(view: View): Plan {
  const due = view.services.filter((item) => isMissing(view, item) && isDue(view, item))
  const held = new Map(view.target.apps.map((app) => [app.id, windowWaitOf(view, app.id, due)]))
  const permitted = due.filter((item) => !held.get(item.app.id) || isAtHand(view, item))
  const awaiting = permitted.filter((item) => awaitsDelta(view, item))
  return mergePlans([
    fetch(
      view,
      permitted.filter((item) => !awaiting.includes(item)),
    ),
    planWaits(...[...held.values()].filter((wait) => wait !== undefined)),
    planWaits(...deltaWaits(view, awaiting)),
    planWaits(
      ...budgetWaits(
        view,
        permitted.filter((item) => !isAtHand(view, item)),
      ),
    ),
    planWaits(...view.services.flatMap((item) => waitForImages(view, item))),
  ])
}

function fetch(view: View, items: ServiceView[]): Plan {
  const removals = deleteFirst(view)
  // One that the engine refuses to remove holds up nothing.
  if (removals.some((step) => !hasFailed(view, step))) return planSteps(...removals)
  const downloading = new Set(view.current.downloading)
  const images = uniqueImages(items)
  const toBegin = images.filter((image) => !downloading.has(imageReference(image)))
  if (toBegin.length === 0) return EMPTY_PLAN
  if (fitOf(view, images) === 'too large') {
    const apps = view.target.apps.filter(({ id }) => items.some(({ app }) => app.id === id))
    return planWaits(...apps.map((app) => spaceWait(view, app, items, images)))
  }
  const steps = toBegin.map((image) => pullImage(view, image))
  return planSteps(...steps.sort((a, b) => byText(a.image, b.image)))
}

function budgetWaits(view: View, items: ServiceView[]): Wait[] {
  const apps = view.target.apps.filter(({ id }) => items.some(({ app }) => app.id === id))
  return apps.map((app) => budgetWait(view, app)).filter((wait) => wait !== undefined)
}

function hasFailed({ current }: View, step: Step): boolean {
  return Object.hasOwn(current.attempts, stepKey(step))
}

// Another app may want the image of one that is refused.
function isMissing(view: View, { app, service }: ServiceView): boolean {
  return view.missingImages.has(imageReference(service.image)) && !isRefused(view, app.id)
}

// What stops before its image is fetched has stopped, and is permitted to; all others come at once.
function isDue(view: View, item: ServiceView): boolean {
  const standing = view.progress.get(item.app.id)?.standing ?? 'not-begun'
  const stage = view.progress.get(item.app.id)?.stage
  if (!isFetchedLate(item, standing)) return true
  return stage === 'clearing' && item.containers.length === 0
}

function windowWaitOf(view: View, appId: string, due: ServiceView[]): Wait | undefined {
  const app = view.target.apps.find(({ id }) => id === appId)
  if (!app || !isPatient(view, app)) return undefined
  const isToBegin = due.some((item) => item.app.id === appId && !isDownloading(view, item) && !isAtHand(view, item))
  if (!isToBegin) return undefined
  const wait = windowWait(view, 'download', `The download of release ${app.release.version}`)
  return wait && { ...ofApp(app), ...wait }
}

function awaitsDelta(view: View, item: ServiceView): boolean {
  if (isDownloading(view, item) || isAtHand(view, item) || !isPatient(view, item.app)) return false
  return deltaAwaitedUntil(view, item) !== undefined
}

// Windows, deltas and budgets are for what comes over the link.
function isAtHand({ current }: View, { service }: ServiceView): boolean {
  return current.atHand?.includes(imageReference(service.image)) === true
}

function isDownloading({ current }: View, { service }: ServiceView): boolean {
  return current.downloading.includes(imageReference(service.image))
}

// Windows and deltas are for updates: neither a first release nor the way back waits for them, nor what a switch has
// begun.
function isPatient(view: View, app: TargetApp): boolean {
  const standing = view.progress.get(app.id)?.standing
  if ((standing !== 'pending' && standing !== 'not-begun') || isForced(view, app)) return false
  return view.current.containers.some((container) => isRunningOrDue(view, container))
}

function pullImage(view: View, wanted: TargetImage): Extract<Step, { kind: 'pull-image' }> {
  const { sizeBytes, configDigest } = wanted
  const image = imageReference(wanted)
  const users = view.services.filter((item) => imageReference(item.service.image) === image && isMissing(view, item))
  return {
    kind: 'pull-image',
    image,
    appId: users[0]?.app.id ?? '',
    services: [...new Set(users.map(({ name }) => name))],
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(configDigest !== undefined && { configDigest }),
  }
}

function waitForImages(view: View, item: ServiceView): Wait[] {
  const wait = { subject: item.name, appId: item.app.id, service: item.name, for: 'image' as const }
  if (isMissing(view, item)) return [{ ...wait, reason: `${item.name} waits for its image.` }]
  const missing = view.services.filter((it) => it.app.id === item.app.id && isMissing(view, it))
  if (item.right || missing.length === 0) return []
  return [{ ...wait, reason: `${item.name} waits for the images of ${missing.map(({ name }) => name).join(', ')}.` }]
}
