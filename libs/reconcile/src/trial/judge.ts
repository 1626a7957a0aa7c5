import type { Rejection } from '@flotilla/contracts'
import type { Attempt, CurrentContainer } from '../current-state.js'
import type { Trial, Verdict, Watch } from '../memory.js'
import { wasCutShort } from '../one-shots.js'
import { ownMember } from '../own-member.js'
import { isToBeStarted } from '../readiness.js'
import { isLive } from '../restart-policy.js'
import { createContainerKey, startContainerKey } from '../step-key.js'
import type { ServiceView } from '../view/services.js'
import { nameOf, type View } from '../view/view.js'
import { selfConfirming } from './confirm-time.js'
import {
  crashSentence,
  durationText,
  exitSentence,
  lateRestartSentence,
  snapshotSentence,
  startSentence,
  times,
} from './sentences.js'
import { isAsCutShort } from './retry.js'
import { isAllUp, servicesOf, type Tried } from './watch.js'

const MOST_RESTARTS = 3
const MOST_FAILED_STARTS = 3
const MOST_BOARD_STARTS = 5
// Beyond the confirm time, without downloads: migrations of large databases take their time.
const SWITCH_MS = 30 * 60 * 1000

type Code = Rejection['code']

/** What is wrong with a release, and how it shows in its services. */
export type Finding = Pick<Verdict, 'code' | 'reason' | 'services'>

interface Fault {
  code: Code
  service: string
  containerId?: string
  reason: string
}

/** What speaks against a release that is being watched; undefined: nothing does so far. */
export function judge(tried: Tried, trial: Trial, watch: Watch, confirmMs: number): Finding | undefined {
  const watched = servicesOf(tried).filter(({ isStopped }) => !isStopped)
  const faults = watched.flatMap((item) => serviceFault(tried.view, item, watch))
  if (faults.length > 0) return finding(faults)
  const copy = failedSnapshot(tried.view, trial)
  if (copy) return { code: 'cannot-start', reason: snapshotSentence(copy), services: [] }
  if (trial.starts >= MOST_BOARD_STARTS) {
    const reason = `The board or its supervisor started ${times(trial.starts)} before the release could be confirmed.`
    return { code: 'board-restarted', reason, services: [] }
  }
  if (watch.switchingMs > SWITCH_MS + confirmMs) return tooSlow(tried, watch)
  return isAtEnd(watch, confirmMs) ? faultsAtEnd(tried, trial, watch, confirmMs) : undefined
}

/** Whether it has been well for the whole of its confirm time. */
export function isConfirmed(tried: Tried, trial: Trial, watch: Watch, confirmMs: number): boolean {
  const isStarting = servicesOf(tried).some(({ right }) => right?.health === 'starting' && isLive(right))
  return isAtEnd(watch, confirmMs) && isAllUp(tried, watch.sickBefore) && !isStarting
}

function isAtEnd({ wellMs }: Watch, confirmMs: number): boolean {
  return wellMs !== undefined && wellMs >= confirmMs
}

function serviceFault(view: View, item: ServiceView, watch: Watch): Fault[] {
  const { name, right } = item
  const fault = (code: Code, reason: string): Fault[] => [
    { code, service: name, ...(right && { containerId: right.id }), reason },
  ]
  const failed = failedStart(view, item)
  if (failed) return fault('cannot-start', startSentence(name, failed))
  if (!right) return []
  if (hasEnded(item, right, watch)) return fault('exited', exitSentence(name, right))
  const restarts = ownMember(watch.restarts, right.id)
  if (restarts && restarts.count >= MOST_RESTARTS) {
    return fault('crash-loop', crashSentence(name, restarts, watch.totalMs - restarts.sinceMs))
  }
  const isSick = right.status === 'running' && right.health === 'unhealthy' && !watch.sickBefore.includes(right.id)
  return isSick ? fault('unhealthy', `${name} is unhealthy.`) : []
}

// For good, and not well.
function hasEnded(item: ServiceView, right: CurrentContainer, watch: Watch): boolean {
  if (right.status !== 'exited' || right.exitCode === 0 || isAsCutShort(watch, right)) return false
  // A one-shot that was killed from outside is run again; one that needs more memory than there is will need it again.
  return !isToBeStarted(item, right) || (wasCutShort(item.app, item.name, right) && right.oomKilled === true)
}

function failedStart(view: View, item: ServiceView): Attempt | undefined {
  const { right, wanted } = item
  if (right && isLive(right)) return undefined
  const key = right ? startContainerKey(right.id) : wanted && createContainerKey(nameOf(view, item), wanted.specHash)
  const attempt = key === undefined ? undefined : ownMember(view.current.attempts, key)
  return attempt && hasFailedForGood(attempt) ? attempt : undefined
}

// Somebody wants his data back where an update goes wrong: without a snapshot, there is no update.
function failedSnapshot({ current }: View, { fingerprint }: Trial): Attempt | undefined {
  const own = Object.entries(current.attempts).filter(
    ([key]) => key.startsWith('snapshot-volume ') && key.includes(` ${fingerprint}-`),
  )
  return own.map(([, attempt]) => attempt).find(hasFailedForGood)
}

// What the engine alone is to blame for would fail with the former release, too.
function hasFailedForGood({ isFinal, count, engineFaults }: Attempt): boolean {
  return isFinal === true || (count >= MOST_FAILED_STARTS && engineFaults === undefined)
}

function tooSlow(tried: Tried, { switchingMs }: Watch): Finding {
  const late = servicesOf(tried).filter(({ right }) => right?.status !== 'running')
  const names = late.map(({ name }) => name).join(', ')
  const reason = `Not all services were up after ${durationText(switchingMs)}${names && `: ${names}`}.`
  return { code: 'too-slow', reason, services: late.map(({ name, right }) => lateService(name, right?.id)) }
}

function lateService(service: string, containerId: string | undefined): Finding['services'][number] {
  return { service, ...(containerId !== undefined && { containerId }), reason: `${service} was not up.` }
}

function faultsAtEnd(tried: Tried, trial: Trial, watch: Watch, confirmMs: number): Finding | undefined {
  const faults = servicesOf(tried).flatMap(({ name, right }): Fault[] => {
    const restarts = right && ownMember(watch.restarts, right.id)
    if (!right || restarts?.lastMs === undefined || watch.totalMs - restarts.lastMs >= confirmMs / 2) return []
    const reason = lateRestartSentence(name, restarts, watch.totalMs - restarts.lastMs)
    return [{ code: 'crash-loop', service: name, containerId: right.id, reason }]
  })
  const silent = selfConfirming(tried.app).filter((name) => !trial.confirmedBy.includes(name))
  const unconfirmed = silent.map((service): Fault => {
    const containerId = servicesOf(tried).find(({ name }) => name === service)?.right?.id
    const reason = `${service} did not confirm within ${durationText(confirmMs)} that it is well.`
    return { code: 'not-confirmed', service, ...(containerId !== undefined && { containerId }), reason }
  })
  return faults.length + unconfirmed.length > 0 ? finding([...faults, ...unconfirmed]) : undefined
}

function finding(faults: Fault[]): Finding {
  return {
    code: faults[0]?.code ?? 'exited',
    reason: faults.map(({ reason }) => reason).join(' '),
    services: faults.map(({ code: _code, ...service }) => service),
  }
}
