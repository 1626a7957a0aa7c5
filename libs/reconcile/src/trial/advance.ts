import type { Target, TargetApp } from '@flotilla/contracts'
import { volumeName } from '../engine-names.js'
import { usedVolumes } from '../container-spec.js'
import type { CurrentState } from '../current-state.js'
import type { AppMemory, DeviceMemory, TrialEvent, Verdict, Watch } from '../memory.js'
import { ownMember } from '../own-member.js'
import { fitApp, fitTarget } from '../requirements/fit.js'
import { isRefused, viewOf, type View } from '../view/view.js'
import { appFingerprint } from './app-fingerprint.js'
import { followApp, forcesOf, leaveApp, spentRequests } from './follow-target.js'
import type { AppAdvance, AppTurn } from './turn.js'
import { refuse } from './refuse.js'
import { tendRestores } from './restores.js'
import { followHealth } from './sickness.js'
import { advanceTrial } from './try-app.js'
import { isInPlace } from './watch.js'

export interface Advance {
  memory: DeviceMemory
  // Whether `memory` is another one than before: it is written before anything is done by it.
  isChanged: boolean
  watches: Record<string, Watch>
  // Each is answered by reject(), with what the agent found out; until then it comes again in each round.
  verdicts: Verdict[]
  events: TrialEvent[]
  // A trial begins (again): what failed before says nothing about it. To be done before `memory` is written.
  forgetAttempts: boolean
  // Apps whose entry in Requests.forced has had its effect and is to be removed.
  spentRequests: string[]
}

// A way back that takes longer than this must not keep the next release waiting.
const MOST_RETURNING_MS = 10 * 60 * 1000

/**
 * One round of watching: what the target and the engine's state do to what the device remembers. `now` is in
 * milliseconds since the epoch; `elapsedMs`, the time since the former round, is by a clock that never jumps. To be
 * called on the newest memory (`current.memory`), since notes of the executor may come at any time.
 */
export function advance(
  target: Target,
  current: CurrentState,
  { now, elapsedMs }: { now: number; elapsedMs: number },
): Advance {
  const before = current.memory ?? {}
  const fitting = fitTarget(target, current.contract)
  const followed = followTarget(fitting, current, before)
  const view = viewOf(target, { ...current, memory: followed }, now)
  const asked = new Map(fitting.apps.toReversed().map((app) => [app.id, app]))
  const apps = view.target.apps.map((app) => {
    const memory = ownMember(followed, app.id) ?? {}
    const isNew = memory.trial?.fingerprint !== ownMember(before, app.id)?.trial?.fingerprint
    const turn: AppTurn = { target: fitting, view, app, memory, isNew, elapsedMs }
    return { id: app.id, ...advanceApp(turn, asked.get(app.id) ?? app) }
  })
  const memory = { ...followed, ...Object.fromEntries(apps.map((it) => [it.id, it.memory])) }
  return {
    memory,
    isChanged: !isSame(before, memory),
    watches: Object.fromEntries(apps.flatMap(({ id, watch }) => (watch ? [[id, watch]] : []))),
    verdicts: apps.flatMap(({ verdict }) => verdict ?? []),
    events: apps.flatMap(({ events }) => events),
    forgetAttempts: apps.some(({ begins }) => begins),
    spentRequests: spentRequests(fitting, memory, current),
  }
}

function followTarget(target: Target, current: CurrentState, before: DeviceMemory): DeviceMemory {
  const asked = new Map(target.apps.toReversed().map((app) => [app.id, app]))
  const left = Object.entries(before).flatMap(([appId, memory]) => {
    const kept = asked.has(appId) ? undefined : leaveApp(memory, appId, current)
    return kept ? [[appId, isEqual(kept, memory) ? memory : kept] as const] : []
  })
  const followed = [...asked.values()].map((app) => {
    const watch = ownMember(current.watches ?? {}, app.id)
    const memory = ownMember(before, app.id) ?? {}
    const isPatient = !memory.isReturning || (watch?.totalMs ?? 0) < MOST_RETURNING_MS
    const forces = forcesOf(target, app, current)
    const isRefused = Object.keys(fitApp(app, current.contract).refusals).length > 0
    return [app.id, followApp(memory, { app, forces, current, isPatient, isRefused })] as const
  })
  return Object.fromEntries([...left, ...followed])
}

function advanceApp(turn: AppTurn, asked: TargetApp): AppAdvance {
  const { memory, app, view } = turn
  if (isRefused(view, app.id)) return refuse(turn, asked)
  const isTried = memory.trial?.fingerprint === appFingerprint(app)
  const advanced: AppAdvance = isTried ? advanceTrial(turn, asked) : advanceGood(turn)
  // What is unhealthy in a trial is judged; where that helps nobody, or is over, it is restarted.
  const isJudged = isTried && memory.good !== undefined && advanced.memory.trial?.isPermitted === true
  return isJudged ? advanced : { ...advanced, memory: followHealth(advanced.memory, app.id, view) }
}

/** A release that is not judged: the last good one, or one that there is nothing to say of yet. */
function advanceGood({ view, app, memory: before, elapsedMs }: AppTurn): AppAdvance {
  const names = Object.values(app.services).flatMap(usedVolumes)
  const used = new Set(names.map((key) => volumeName(view.target.device.id, app.id, key)))
  const { memory, events } = tendRestores(before, app.id, { current: view.current, isUsed: (name) => used.has(name) })
  const { rejected, restore, good } = memory
  if (memory.isReturning) return { memory, events, watch: returningWatch(view, app, elapsedMs) }
  if (!rejected || rejected.isBack || restore || !good || !isInPlace({ view, app })) return { memory, events }
  const { releaseId, version } = rejected.rejection
  const detail = { appId: app.id, releaseId: good.release.id, version: good.release.version }
  return {
    memory: { ...memory, rejected: { ...rejected, isBack: true } },
    events: [...events, { kind: 'rolled-back', detail: { ...detail, fromReleaseId: releaseId, fromVersion: version } }],
  }
}

function returningWatch({ current }: View, app: TargetApp, elapsedMs: number): Watch {
  const fingerprint = `back to ${appFingerprint(app)}`
  const former = ownMember(current.watches ?? {}, app.id)
  const totalMs = former?.fingerprint === fingerprint ? former.totalMs + elapsedMs : 0
  return { fingerprint, totalMs, switchingMs: totalMs, restarts: {}, cutShort: {}, sickBefore: [] }
}

function isSame(a: DeviceMemory, b: DeviceMemory): boolean {
  const ids = Object.keys(a)
  return ids.length === Object.keys(b).length && ids.every((id) => ownMember(a, id) === ownMember(b, id))
}

function isEqual(a: AppMemory, b: AppMemory): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
