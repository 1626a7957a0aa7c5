import { ownMember } from '../own-member.js'
import type { Attempt } from '../current-state.js'
import { describeStep, stepSubjects } from '../describe-step.js'
import type { Plan, Step, Wait } from '../plan.js'
import { mergePlans, planSteps, planWaits } from '../plans.js'
import { stepKey } from '../step-key.js'
import type { View } from '../view/view.js'

/**
 * No step is ever put off for longer. A time further away than this was written by a clock that has been set back since
 * (a board without a battery starts in the past), and would hold the step for years.
 */
export const LONGEST_BACK_OFF_MS = 60 * 60 * 1000

/** Turns the steps that failed a short time ago into waits for their next turn. */
export function holdBack(view: View, plan: Plan): Plan {
  const held = plan.steps.map((step) => {
    const attempt = ownMember(view.current.attempts, stepKey(step))
    const isHeld = attempt && attempt.nextAt > view.now && attempt.nextAt - view.now <= LONGEST_BACK_OFF_MS
    return isHeld ? planWaits(...backOffWaits(view, step, attempt)) : planSteps(step)
  })
  return mergePlans([...held, planWaits(...plan.waits)])
}

function backOffWaits(view: View, step: Step, attempt: Attempt): Wait[] {
  const times = attempt.count === 1 ? 'once' : `${attempt.count} times`
  const error = attempt.error.replace(/\.$/, '')
  const outlook = attempt.isFinal ? '; it is not tried again until the target changes' : ''
  const wait = {
    for: 'back-off' as const,
    reason: `${describeStep(step)} failed ${times}: ${error}${outlook}.`,
    until: attempt.nextAt,
    error: attempt.error,
    ...(isHousekeeping(view, step) && { housekeeping: true }),
  }
  return stepSubjects(step).map((subject) => ({ ...subject, ...wait }))
}

function isHousekeeping({ networks, purges }: View, step: Step): boolean {
  if (step.kind === 'remove-image' || step.kind === 'remove-snapshot') return true
  if (step.kind === 'remove-volume') return !purges.now.some(({ name }) => name === step.name)
  if (step.kind !== 'remove-network') return false
  return networks.leaving.some(({ network, isWanted }) => network.id === step.id && !isWanted)
}
