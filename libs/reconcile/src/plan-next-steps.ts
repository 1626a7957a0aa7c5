import type { Target } from '@flotilla/contracts'
import type { CurrentState } from './current-state.js'
import { missingImages } from './images.js'
import type { Plan } from './plan.js'

/**
 * What to do now to come from `current` to `target`, and what has to wait for what. `now` is in milliseconds since the
 * epoch, by the clock that CurrentState's times are from.
 */
export function planNextSteps(target: Target, current: CurrentState, now: number): Plan {
  void now
  return { steps: missingImages(target, current), waits: [] }
}

/** Whether the target runs as it should, with nothing to do and nothing to wait for but left-overs. */
export function isSettled(plan: Plan): boolean {
  return plan.steps.length === 0 && plan.waits.every((wait) => wait.housekeeping === true)
}
