import type { CurrentState } from './current-state.js'
import type { Plan } from './plan.js'

/** What happens now and what is waited for, as a few sentences, one a line, for DeviceState.explanation. */
export function describePlan(plan: Plan, now: number): string {
  return plan.waits.map((wait) => describeUntil(wait.reason, wait.until, now)).join('\n')
}

/** DeviceState.activity: failing where a step has failed and is, or will be, tried again. */
export function planActivity(plan: Plan, current: CurrentState): 'settled' | 'updating' | 'waiting' | 'failing' {
  void current
  if (plan.waits.some((wait) => wait.for === 'back-off')) return 'failing'
  if (plan.steps.length > 0) return 'updating'
  return plan.waits.length > 0 ? 'waiting' : 'settled'
}

function describeUntil(reason: string, until: number | undefined, now: number): string {
  return until === undefined ? reason : `${reason} Again in ${Math.ceil((until - now) / 1000)} s.`
}
