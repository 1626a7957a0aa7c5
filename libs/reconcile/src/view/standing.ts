import type { TargetApp } from '@flotilla/contracts'
import type { CurrentState } from '../current-state.js'
import type { AppMemory } from '../memory.js'
import { ownMember } from '../own-member.js'
import { appFingerprint } from '../trial/app-fingerprint.js'
import { trialOf } from '../trial/effective-target.js'

/** What an app is to the device, by what it remembers of it. */
export type Standing =
  // Confirmed: whatever is done to it is no update.
  | 'good'
  // On the way back to it from a release that was given up.
  | 'going-back'
  // To be tried; windows and locks have the word.
  | 'pending'
  // Being tried: nothing holds it up any more.
  | 'permitted'
  // Nobody has looked at it yet: the next round will.
  | 'not-begun'

/** `app` is what the target asks for, not yet what is returned to in its place. */
export function standingOf(app: TargetApp, { memory }: Pick<CurrentState, 'memory'>): Standing {
  const own = ownMember(memory ?? {}, app.id)
  // A caller that remembers nothing of an app tries nothing: to it, every target is as good as the last one.
  if (!own) return 'good'
  if (own.good && (own.isReturning || isGivenUp(app, own))) {
    return own.isReturning || !own.rejected?.isBack ? 'going-back' : 'good'
  }
  const trial = trialOf(memory, app)
  if (trial) return trial.isPermitted ? 'permitted' : 'pending'
  return own.good && appFingerprint(own.good) === appFingerprint(app) ? 'good' : 'not-begun'
}

/** Whether windows and locks have no say in it any more, or never had. */
export function isGranted(standing: Standing): boolean {
  return standing === 'good' || standing === 'going-back' || standing === 'permitted'
}

function isGivenUp(app: TargetApp, { rejected }: AppMemory): boolean {
  return rejected !== undefined && rejected.fingerprint === appFingerprint(app)
}
