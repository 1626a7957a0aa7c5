import type { TargetApp } from '@flotilla/contracts'
import type { CurrentContainer } from '../current-state.js'
import type { Plan, Wait } from '../plan.js'
import { EMPTY_PLAN, mergePlans, planSteps, planWaits } from '../plans.js'
import { isLive, needsStart } from '../restart-policy.js'
import { trialOf } from '../trial/effective-target.js'
import { forcesOf } from '../trial/follow-target.js'
import { serviceKey } from '../view/containers.js'
import type { View } from '../view/view.js'
import { lockWait, locksOn } from './locks.js'
import { ofApp } from './sentences.js'
import { lateImagesWaits } from './space.js'
import { stoppedForSnapshots } from './volume-copies.js'
import { windowWait } from './windows.js'

/**
 * Begins the switch of each app that has all it needs, once nothing speaks against stopping what must be stopped: the
 * window, locks, space for what is only fetched after the stop. An operator's force overrules the first two.
 */
export function permitSwitches(view: View): Plan {
  return mergePlans(view.target.apps.map((app) => permitSwitch(view, app)))
}

/** An operator wants this release now. */
export function isForced({ target, current }: View, app: TargetApp): boolean {
  return forcesOf(target, app, current).length > 0
}

/** What an update of the app takes away: all that runs, or is about to, and is not as the target wants it. */
export function toBeStopped(view: View, appId: string): CurrentContainer[] {
  const right = new Set(view.services.flatMap((item) => item.right?.id ?? []))
  const wanted = new Set(view.target.apps.map(({ id }) => id))
  return view.current.containers
    .filter((container) => container.appId === appId || !wanted.has(container.appId))
    .filter((container) => !right.has(container.id) && isRunningOrDue(view, container))
}

/** At boot, a container may not be back yet: it is no less in use for that. */
export function isRunningOrDue({ current }: View, container: CurrentContainer): boolean {
  if (isLive(container)) return true
  const { appId, service, status, restart } = container
  const isStopped = current.requests?.stopped.includes(serviceKey(appId, service)) ?? false
  return !isStopped && status === 'exited' && restart !== undefined && needsStart(container, restart)
}

function permitSwitch(view: View, app: TargetApp): Plan {
  const progress = view.progress.get(app.id)
  if (progress?.stage === 'refused') return EMPTY_PLAN
  if (progress?.standing === 'not-begun') return planWaits(notBegun(app))
  if (progress?.stage !== 'asking') return EMPTY_PLAN
  const objections = [...lateImagesWaits(view, app), ...(isForced(view, app) ? [] : objectionsTo(view, app))]
  if (objections.length > 0) return planWaits(...objections)
  const fingerprint = trialOf(view.current.memory, app)?.fingerprint
  if (fingerprint === undefined) return EMPTY_PLAN
  return planSteps({ kind: 'begin-switch', appId: app.id, fingerprint, version: app.release.version })
}

// What stops nobody needs no permission.
function objectionsTo(view: View, app: TargetApp): Wait[] {
  const stopped = [...toBeStopped(view, app.id), ...stoppedForSnapshots(view, app)]
  if (stopped.length === 0) return []
  const what = `The switch to release ${app.release.version}`
  const window = windowWait(view, 'switch', what)
  return [...(window ? [{ ...ofApp(app), ...window }] : []), ...locksOn(view, stopped).map((it) => lockWait(it, what))]
}

function notBegun(app: TargetApp): Wait {
  return { ...ofApp(app), for: 'confirmation', reason: `Release ${app.release.version} has not been looked at yet.` }
}
