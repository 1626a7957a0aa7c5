import type { Rejection, TargetApp } from '@flotilla/contracts'
import type { AppMemory } from '../memory.js'
import { ownMember } from '../own-member.js'
import type { Wait } from '../plan.js'
import { confirmMs } from '../trial/confirm-time.js'
import { trialOf } from '../trial/effective-target.js'
import { times } from '../trial/sentences.js'
import { isAllUp } from '../trial/watch.js'
import { isRefused, type View } from '../view/view.js'
import { ofApp } from './sentences.js'

/** What a release still has to show, or why it was given up: the answer to "why does this device not run it?". */
export function waitForTrials(view: View): Wait[] {
  return view.target.apps.flatMap((app) => {
    const memory = ownMember(view.current.memory ?? {}, app.id) ?? {}
    return [...givenUp(app, memory), ...returning(app, memory), ...failing(view, app), ...watching(view, app)]
  })
}

function givenUp(app: TargetApp, { good, rejected }: AppMemory): Wait[] {
  // What the target asks for by now may be another release.
  if (!rejected || !good || good.release.id !== app.release.id) return []
  const { rejection, isBack, isRefused: wasRefused } = rejected
  const back = wasRefused ? 'stays with' : isBack ? 'went back to' : 'goes back to'
  const what = wasRefused ? 'was refused on this board' : 'was given up'
  const reason = `${failureText(rejection, what)} The device ${back} release ${good.release.version}.`
  return [{ ...ofApp(app), for: 'target-change', reason }]
}

function returning(app: TargetApp, { isReturning }: AppMemory): Wait[] {
  if (!isReturning) return []
  const reason = `The next release waits until release ${app.release.version} is whole again: a switch was broken off.`
  return [{ ...ofApp(app), for: 'confirmation', reason }]
}

function failing(view: View, app: TargetApp): Wait[] {
  const trial = trialOf(view.current.memory, app)
  if (!trial?.lastFailure || isRefused(view, app.id)) return []
  const { lastFailure, retryAt, failures } = trial
  const often = failures === 1 ? '' : ` It has failed ${times(failures)}.`
  const outlook = 'There is no earlier release to go back to, so the device keeps trying.'
  const reason = `${failureText(lastFailure, 'failed')}${often} ${outlook}`
  return [{ ...ofApp(app), for: 'back-off', reason, error: lastFailure.reason, ...(retryAt && { until: retryAt }) }]
}

function watching(view: View, app: TargetApp): Wait[] {
  const trial = trialOf(view.current.memory, app)
  const watch = ownMember(view.current.watches ?? {}, app.id)
  if (!trial?.isPermitted || trial.retryAt !== undefined || watch?.wellMs === undefined) return []
  if (!isAllUp({ view, app }, watch.sickBefore)) return []
  const leftMs = confirmMs(view.target, app) - watch.wellMs
  const what = `Release ${app.release.version} is being watched`
  if (leftMs <= 0) return [{ ...ofApp(app), for: 'confirmation', reason: `${what}: its health is not known yet.` }]
  const reason = `${what} for ${moreText(leftMs)}.`
  return [{ ...ofApp(app), for: 'confirmation', reason, until: view.now + leftMs }]
}

function failureText({ version, at, reason }: Rejection, what: string): string {
  return `Release ${version} ${what} at ${at.slice(0, 16).replace('T', ' ')} UTC: ${reason}`
}

// In coarse steps: a sentence that counted seconds would be another one in each round, and cost a report each time.
function moreText(ms: number): string {
  const seconds = [10, 20, 40, 60].find((it) => ms <= it * 1000)
  if (seconds !== undefined) return `up to ${seconds} s more`
  const minutes = [2, 5, 10, 20, 30, 60].find((it) => ms <= it * 60_000)
  return minutes === undefined ? 'more than an hour' : `up to ${minutes} minutes more`
}
