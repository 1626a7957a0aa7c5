import type { Target } from '@flotilla/contracts'
import type { CurrentState } from './current-state.js'
import type { Plan } from './plan.js'
import { isSettled, mergePlans, planSteps, planWaits } from './plans.js'
import { holdBack } from './rules/back-off.js'
import { departures, type Departure } from './rules/departures.js'
import { planEngineRestart } from './rules/engine-restart.js'
import { planHost, planPower } from './rules/host.js'
import { planNetworks } from './rules/networks.js'
import { removeOldImages } from './rules/old-images.js'
import { permitSwitches } from './rules/permission.js'
import { pullImages } from './rules/pull-images.js'
import { removeContainers } from './rules/remove-containers.js'
import { runServices } from './rules/run-services.js'
import { waitForBoard } from './rules/misfits.js'
import { waitForTrials } from './rules/trial-waits.js'
import { pausesForHealth, waitsForHealth } from './rules/unhealthy.js'
import { copyVolumes, pausesForCopies, removeOldSnapshots, volumeCopies, type Copy } from './rules/volume-copies.js'
import { createVolumes, purgeVolumes, removeFormerVolumes } from './rules/volumes.js'
import { viewOf, type View } from './view/view.js'

/**
 * What to do now to come from `current` to `target`, and what has to wait for what: download, ask windows and locks for
 * permission, then stop what must change, then start what is missing. It depends on nothing but its arguments, so it can
 * be asked at any moment, also after a crash between two steps. `now` is in milliseconds since the epoch, by the clock
 * that the times in CurrentState are from.
 */
export function planNextSteps(target: Target, current: CurrentState, now: number): Plan {
  const view = viewOf(target, current, now)
  const copies = volumeCopies(view)
  const leaving = withPauses(departures(view), view, copies)
  const plan = mergePlans([
    pullImages(view),
    permitSwitches(view),
    planSteps(...createVolumes(view)),
    purgeVolumes(view),
    planNetworks(view),
    removeContainers(view, leaving),
    copyVolumes(view, copies),
    runServices(view, leaving, copies),
    planWaits(...waitsForHealth(view)),
  ])
  const apps = holdBack(view, mergePlans([plan, clearAway(view, plan)]))
  const all = mergePlans([
    apps,
    holdBack(view, planHost(view, apps)),
    planWaits(...waitForTrials(view), ...waitForBoard(view)),
  ])
  return planPower(view, planEngineRestart(view, all))
}

// What runs and is to pause stops with what goes, and is no longer among it once it has stopped.
function withPauses(leaving: Map<string, Departure>, view: View, copies: readonly Copy[]): Map<string, Departure> {
  const pauses = [...pausesForCopies(view, copies, leaving), ...pausesForHealth(view)]
  return new Map([...pauses.map((pause) => [pause.container.id, pause] as const), ...leaving])
}

function clearAway(view: View, plan: Plan): Plan {
  if (isSettled(plan)) {
    return planSteps(...removeOldImages(view), ...removeFormerVolumes(view), ...removeOldSnapshots(view))
  }
  // What is only left over must not keep out what is needed.
  const lacksSpace = plan.waits.some((wait) => wait.for === 'space')
  return planSteps(...(lacksSpace ? removeOldImages(view) : []))
}
