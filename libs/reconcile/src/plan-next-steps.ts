import type { Target } from '@flotilla/contracts'
import type { CurrentState } from './current-state.js'
import type { Plan } from './plan.js'
import { isSettled, mergePlans, planSteps } from './plans.js'
import { holdBack } from './rules/back-off.js'
import { departures } from './rules/departures.js'
import { planNetworks } from './rules/networks.js'
import { removeOldImages } from './rules/old-images.js'
import { pullImages } from './rules/pull-images.js'
import { removeContainers } from './rules/remove-containers.js'
import { runServices } from './rules/run-services.js'
import { createVolumes } from './rules/volumes.js'
import { viewOf } from './view/view.js'

/**
 * What to do now to come from `current` to `target`, and what has to wait for what: download everything, then stop what
 * must change, then start what is missing (download-then-kill). It depends on nothing but its arguments, so it can be
 * asked at any moment, also after a crash between two steps. `now` is in milliseconds since the epoch, by the clock that
 * the times in CurrentState are from.
 */
export function planNextSteps(target: Target, current: CurrentState, now: number): Plan {
  const view = viewOf(target, current, now)
  const leaving = departures(view)
  const plan = mergePlans([
    pullImages(view),
    planSteps(...createVolumes(view)),
    planNetworks(view),
    planSteps(...removeContainers(view, leaving)),
    runServices(view, leaving),
  ])
  return holdBack(view, isSettled(plan) ? mergePlans([plan, planSteps(...removeOldImages(view))]) : plan)
}
