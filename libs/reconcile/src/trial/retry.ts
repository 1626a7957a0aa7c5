import type { TargetApp } from '@flotilla/contracts'
import type { CurrentContainer, CurrentState } from '../current-state.js'
import { ownMember } from '../own-member.js'
import type { Watch } from '../memory.js'
import { trialOf } from './effective-target.js'

/**
 * Whether a container that has ended for good is started once more: a power cut has ended it in the middle of a trial; or
 * its release has failed, there is none to return to, and this is the next try.
 */
export function isTriedAgain(
  { memory, watches }: Pick<CurrentState, 'memory' | 'watches'>,
  app: TargetApp,
  container: CurrentContainer,
  now: number,
): boolean {
  const { status, finishedAt } = container
  const trial = status === 'exited' ? trialOf(memory, app) : undefined
  if (!trial || trial.retryAt !== undefined) return false
  const watch = ownMember(watches ?? {}, app.id)
  if (watch?.fingerprint === trial.fingerprint && isAsCutShort(watch, container)) return true
  if (!trial.lastFailure) return false
  const failedAt = Date.parse(trial.lastFailure.at)
  // An end in the future was written by a clock that has been set back since.
  return finishedAt === undefined || finishedAt <= failedAt || finishedAt > now
}

/** Whether a container that has ended still lies there as the power cut left it. */
export function isAsCutShort({ cutShort }: Watch, { id, status, finishedAt }: CurrentContainer): boolean {
  return status === 'exited' && Object.hasOwn(cutShort, id) && cutShort[id] === (finishedAt ?? 0)
}
