import { ownMember } from './own-member.js'
import type { CurrentState } from './current-state.js'
import { describeStep } from './describe-step.js'
import type { Plan, Step, Wait } from './plan.js'
import { stepKey } from './step-key.js'

// What a person reads at a glance, and far below the 4,000 characters that a report may hold.
const MOST_LINES = 8
const LONGEST_LINE = 300

// What is only left over.
const CLEARING: ReadonlySet<Step['kind']> = new Set(['remove-image', 'remove-snapshot'])

/** What happens now and what is waited for, as a few sentences, one a line, for DeviceState.explanation. */
export function describePlan(plan: Plan, now: number): string {
  const lines = [...plan.steps.map(stepSentence), ...plan.waits.map((wait) => waitSentence(wait, now))]
  const unique = [...new Set(lines)].map(shorten)
  if (unique.length <= MOST_LINES) return unique.join('\n')
  return [...unique.slice(0, MOST_LINES - 1), `And ${unique.length - MOST_LINES + 1} more.`].join('\n')
}

/** DeviceState.activity: failing where a step that the target needs has failed and is, or will be, tried again. */
export function planActivity(plan: Plan, current: CurrentState): 'settled' | 'updating' | 'waiting' | 'failing' {
  const isBackingOff = plan.waits.some((wait) => wait.for === 'back-off' && wait.housekeeping !== true)
  const isRetrying = plan.steps.some((step) => !CLEARING.has(step.kind) && hasFailed(step, current))
  if (isBackingOff || isRetrying) return 'failing'
  if (plan.steps.length > 0) return 'updating'
  return plan.waits.some((wait) => wait.housekeeping !== true) ? 'waiting' : 'settled'
}

function hasFailed(step: Step, current: CurrentState): boolean {
  return ownMember(current.attempts, stepKey(step)) !== undefined
}

function stepSentence(step: Step): string {
  const reason = 'reason' in step ? `: ${step.reason}` : ''
  const size = step.kind === 'pull-image' && step.sizeBytes !== undefined ? ` (${megabytes(step.sizeBytes)})` : ''
  return `${describeStep(step)}${size}${reason}.`
}

function waitSentence({ reason, until, for: waitsFor }: Wait, now: number): string {
  if (until === undefined) return reason
  switch (waitsFor) {
    // They say themselves when that is.
    case 'confirmation':
    case 'budget':
    case 'download-window':
    case 'switch-window':
      return reason
    case 'lock':
      return `${reason} The lock ends ${soon(until - now)}.`
    case 'delta':
      return `${reason} It begins ${soon(until - now)} all the same.`
    case 'take-over':
      return `${reason} It goes ${soon(until - now)} all the same.`
    default:
      return `${reason} Next try ${soon(until - now)}.`
  }
}

// In coarse steps: a sentence that counted seconds would be another one in each round, and cost a report each time. Not
// as a time of day, which a board without a clock does not know.
function soon(ms: number): string {
  if (ms <= 10_000) return 'in a few seconds'
  const minutes = [1, 2, 5, 10, 20, 30, 60].find((it) => ms <= it * 60_000)
  if (minutes === undefined) return 'in more than an hour'
  return minutes === 1 ? 'within a minute' : `within ${minutes} minutes`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

function shorten(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`
}
