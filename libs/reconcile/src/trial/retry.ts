import type { TargetApp } from '@flotilla/contracts'
import type { CurrentContainer } from '../current-state.js'
import type { DeviceMemory } from '../memory.js'
import { trialOf } from './effective-target.js'

/**
 * Whether a container that has ended for good is started once more: its release has failed, there is none to return to,
 * and this is the next try.
 */
export function isTriedAgain(
  memory: DeviceMemory | undefined,
  app: TargetApp,
  { status, finishedAt }: CurrentContainer,
  now: number,
): boolean {
  if (status !== 'exited') return false
  const trial = trialOf(memory, app)
  if (!trial?.lastFailure || trial.retryAt !== undefined) return false
  const failedAt = Date.parse(trial.lastFailure.at)
  // An end in the future was written by a clock that has been set back since.
  return finishedAt === undefined || finishedAt <= failedAt || finishedAt > now
}
