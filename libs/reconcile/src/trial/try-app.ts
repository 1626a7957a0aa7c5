import type { TargetApp } from '@flotilla/contracts'
import type { AppMemory, Trial, Verdict } from '../memory.js'
import { ownMember } from '../own-member.js'
import { LONGEST_BACK_OFF_MS } from '../rules/back-off.js'
import { confirmMs } from './confirm-time.js'
import { forcesOf } from './follow-target.js'
import { isConfirmed, judge } from './judge.js'
import type { AppAdvance, AppTurn } from './turn.js'
import { hasItsImages, lookAgain, servicesOf, type Tried } from './watch.js'

/** One round of an app whose release is not confirmed yet. */
export function advanceTrial(turn: AppTurn, asked: TargetApp): AppAdvance {
  const { view, memory, isNew } = turn
  const former = memory.trial
  if (!former) return { memory, events: [] }
  const trial = withPermission(turn, withRetry(former, view.now))
  const begins = isNew || (former.retryAt !== undefined && trial.retryAt === undefined)
  const next = trial === former ? memory : { ...memory, trial }
  if (!trial.isPermitted || trial.retryAt !== undefined) return { memory: next, events: [], begins }
  return { ...watchTrial({ ...turn, memory: next }, trial, { asked, begins }), begins }
}

function watchTrial(
  { target, view, app, memory, elapsedMs }: AppTurn,
  trial: Trial,
  { asked, begins }: { asked: TargetApp; begins: boolean },
): AppAdvance {
  const { good, sickness } = memory
  const tried: Tried = { view, app, good, sickness, fingerprint: trial.fingerprint, starts: trial.starts }
  const former = begins ? undefined : ownMember(view.current.watches ?? {}, app.id)
  const watch = lookAgain(tried, former, elapsedMs)
  // What failed before this moment is not this trial's fault, and is about to be forgotten.
  if (begins) return { memory, watch, events: [] }
  const requiredMs = confirmMs(target, app)
  const found = judge(tried, trial, watch, requiredMs)
  if (found) {
    const forces = forcesOf(target, asked, view.current)
    const verdict: Verdict = { appId: app.id, fingerprint: trial.fingerprint, ...found, forces }
    return { memory, watch, verdict, events: [] }
  }
  if (!isConfirmed(tried, trial, watch, requiredMs)) return { memory, watch, events: [] }
  const detail = { appId: app.id, releaseId: trial.releaseId, version: trial.version }
  return { memory: confirmed(memory, trial, app), events: [{ kind: 'release-confirmed', detail }] }
}

function confirmed({ oldSnapshots = [], restore, sickness }: AppMemory, trial: Trial, good: TargetApp): AppMemory {
  const ids = [...oldSnapshots, ...Object.values(trial.snapshots), ...Object.values(restore ?? {})]
  const left = [...new Set(ids)]
  return { good, ...(left.length > 0 && { oldSnapshots: left }), ...(sickness && { sickness }) }
}

// A time further away than any back-off was written by a clock that has been set back since.
function withRetry(trial: Trial, now: number): Trial {
  const { retryAt, ...trying } = trial
  if (retryAt === undefined || (retryAt > now && retryAt - now <= LONGEST_BACK_OFF_MS)) return trial
  return trying
}

// Where nothing has to make room for it, it needs nobody's permission; so it does where the switch is done already.
function withPermission({ view, app }: AppTurn, trial: Trial): Trial {
  if (trial.isPermitted || !hasItsImages({ view, app })) return trial
  const right = new Set(servicesOf({ view, app }).map((item) => item.right?.id))
  // What an app left behind that the target no longer has makes way, too, and is asked about its locks and windows.
  const isConcerned = (appId: string) => appId === app.id || !view.progress.has(appId)
  const isInTheWay = view.current.containers.some(({ id, appId }) => isConcerned(appId) && !right.has(id))
  return isInTheWay ? trial : { ...trial, isPermitted: true }
}
