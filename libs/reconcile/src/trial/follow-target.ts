import type { Target, TargetApp } from '@flotilla/contracts'
import type { CurrentState } from '../current-state.js'
import { imageReference } from '../images.js'
import type { AppMemory, DeviceMemory, Force, Trial } from '../memory.js'
import { byText, ownMember } from '../own-member.js'
import { appFingerprint } from './app-fingerprint.js'

/*
 * What a new target does to the memory of an app: which release is tried, which is given up no more, and what first has
 * to be brought back.
 */

/** Forces in effect for an app: its release is switched to whatever windows and locks say. */
export function forcesOf(target: Target, app: TargetApp, current: CurrentState): Force[] {
  const isRequested = ownMember(current.requests?.forced ?? {}, app.id) === appFingerprint(app)
  return [
    ...(target.policy.forcedReleaseId === app.release.id ? ['policy' as const] : []),
    ...(isRequested ? ['request' as const] : []),
  ]
}

interface Following {
  app: TargetApp
  forces: Force[]
  current: CurrentState
  // A way back that was begun may still take time.
  isPatient: boolean
  // It asks for more than this board has.
  isRefused: boolean
}

/** The memory of an app that the target has. */
export function followApp(memory: AppMemory, { app, forces, current, isPatient, isRefused }: Following): AppMemory {
  const { good, rejected, trial } = memory
  const fingerprint = appFingerprint(app)
  if (good && appFingerprint(good) === fingerprint) return backAtGood(memory)
  // What was refused is tried once the board has what it lacked: a newer system, say.
  const isRejected = rejected?.fingerprint === fingerprint && (!rejected.isRefused || isRefused)
  const isGivenUp = good !== undefined && isRejected
  const spent = rejected?.spentForces ?? []
  if (isGivenUp && forces.every((force) => spent.includes(force))) return withSpentForces(memory, forces)
  if (!isGivenUp && trial?.fingerprint === fingerprint && !memory.isReturning) return memory
  return isToReturnFirst(memory, app.id, current) && isPatient ? returning(memory) : begin(memory, app)
}

/** The memory of an app that the target no longer has; undefined once nothing of it is left. */
export function leaveApp(memory: AppMemory, appId: string, current: CurrentState): AppMemory | undefined {
  const { good } = memory
  const oldSnapshots = snapshotIds(memory)
  const isLeft = [...current.containers, ...current.networks].some((it) => it.appId === appId)
  if (!isLeft && oldSnapshots.length === 0) return undefined
  return { ...(good && { good }), ...(oldSnapshots.length > 0 && { oldSnapshots }) }
}

/** Requests.forced that have had their effect, or can have none any more: ids of apps. */
export function spentRequests(target: Target, memory: DeviceMemory, current: CurrentState): string[] {
  const forced = Object.entries(current.requests?.forced ?? {})
  return forced.filter(([appId, fingerprint]) => isSpent(target, memory, appId, fingerprint)).map(([appId]) => appId)
}

function isSpent(target: Target, memory: DeviceMemory, appId: string, fingerprint: string): boolean {
  const app = target.apps.find(({ id }) => id === appId)
  if (!app || appFingerprint(app) !== fingerprint) return true
  const { good, rejected } = ownMember(memory, appId) ?? {}
  if (good && appFingerprint(good) === fingerprint) return true
  return rejected?.fingerprint === fingerprint && rejected.spentForces?.includes('request') === true
}

/** Whether there is something to bring back before another release may be tried, and it can be brought back. */
function isToReturnFirst(memory: AppMemory, appId: string, current: CurrentState): boolean {
  const { good, trial, rejected, restore = {}, isReturning } = memory
  if (!good || !hasImagesOf(good, current)) return false
  if (Object.keys(restore).length > 0) return true
  // A switch that was broken off half way has left a service without any container.
  const isBrokenOff = trial?.isPermitted === true || rejected !== undefined || isReturning === true
  const isThere = (service: string) => current.containers.some((it) => it.appId === appId && it.service === service)
  return isBrokenOff && !Object.keys(good.services).every(isThere)
}

// What was written by a release that is not confirmed goes back with it, whoever sends it back.
function backAtGood(memory: AppMemory): AppMemory {
  if (!memory.trial && !memory.rejected && !memory.isReturning) return memory
  const { trial, rejected: _rejected, isReturning: _isReturning, restore, ...rest } = memory
  return { ...rest, ...restorable({ ...restore, ...trial?.snapshots }) }
}

function returning(memory: AppMemory): AppMemory {
  if (memory.isReturning && !memory.trial) return memory
  const { trial, restore, ...rest } = memory
  return { ...rest, ...restorable({ ...restore, ...trial?.snapshots }), isReturning: true }
}

// Snapshots show the volumes as the last good release left them: whatever is tried next returns to the same.
function begin({ good, trial, restore, oldSnapshots, sickness }: AppMemory, app: TargetApp): AppMemory {
  const next: Trial = {
    fingerprint: appFingerprint(app),
    releaseId: app.release.id,
    version: app.release.version,
    isPermitted: false,
    starts: 0,
    snapshots: { ...restore, ...trial?.snapshots },
    confirmedBy: [],
    failures: 0,
  }
  return { ...(good && { good }), trial: next, ...(oldSnapshots && { oldSnapshots }), ...(sickness && { sickness }) }
}

function withSpentForces(memory: AppMemory, forces: Force[]): AppMemory {
  const { rejected } = memory
  const spent = rejected?.spentForces ?? []
  const still = spent.filter((force) => forces.includes(force))
  if (!rejected || still.length === spent.length) return memory
  return { ...memory, rejected: { ...rejected, spentForces: still } }
}

function restorable(restore: Record<string, string>): Pick<AppMemory, 'restore'> {
  return Object.keys(restore).length > 0 ? { restore } : {}
}

function snapshotIds({ trial, restore, oldSnapshots = [] }: AppMemory): string[] {
  const ids = [...oldSnapshots, ...Object.values(trial?.snapshots ?? {}), ...Object.values(restore ?? {})]
  return [...new Set(ids)].sort(byText)
}

function hasImagesOf(app: TargetApp, { images }: CurrentState): boolean {
  return Object.values(app.services).every(({ image }) => images.includes(imageReference(image)))
}
