import type { Plan, Step, Wait } from './plan.js'

export const EMPTY_PLAN: Plan = { steps: [], waits: [] }

export function planSteps(...steps: Step[]): Plan {
  return { steps, waits: [] }
}

export function planWaits(...waits: Wait[]): Plan {
  return { steps: [], waits }
}

export function mergePlans(plans: Plan[]): Plan {
  return { steps: plans.flatMap(({ steps }) => steps), waits: plans.flatMap(({ waits }) => waits) }
}

/** Whether the target runs as it should, with nothing to do and nothing to wait for but left-overs. */
export function isSettled(plan: Plan): boolean {
  return plan.steps.length === 0 && plan.waits.every((wait) => wait.housekeeping === true)
}
