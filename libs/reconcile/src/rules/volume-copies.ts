import type { TargetApp } from '@flotilla/contracts'
import { usedVolumes } from '../container-spec.js'
import type { CurrentContainer } from '../current-state.js'
import { volumeName } from '../engine-names.js'
import { labelOf, strategyOf } from '../labels.js'
import { byText, ownMember } from '../own-member.js'
import type { Plan, Step, Wait } from '../plan.js'
import { mergePlans, planSteps, planWaits } from '../plans.js'
import { restartPolicy } from '../readiness.js'
import { isLive, needsStart } from '../restart-policy.js'
import { appFingerprint } from '../trial/app-fingerprint.js'
import { trialOf } from '../trial/effective-target.js'
import { findService, isSwitching, type View } from '../view/view.js'
import type { Departure } from './departures.js'

/*
 * Data goes back too: a volume that is marked for it is copied between the last stop of an update and its first start,
 * and put back before the first start of the release that the device returns to.
 */

export type Copy = Extract<Step, { kind: 'snapshot-volume' | 'restore-volume' }>

/** Snapshots that are to be taken or put back now. Until that is done, nothing else of their app starts. */
export function volumeCopies(view: View): Copy[] {
  const apps = view.target.apps.filter(({ id }) => isSwitching(view, id))
  return apps.flatMap((app) => [...snapshots(view, app), ...restores(view, app)])
}

/** Takes and puts back what nobody writes to any more. */
export function copyVolumes(view: View, copies: readonly Copy[]): Plan {
  return mergePlans(
    copies.map((copy) => {
      const holders = liveHolders(view, copy)
      return holders.length > 0 ? planWaits(waitForHolders(copy, holders)) : planSteps(copy)
    }),
  )
}

/** What stops for that and starts again afterwards: last, so that nothing that goes is cut off from it. */
export function pausesForCopies(view: View, copies: readonly Copy[], leaving: Map<string, Departure>): Departure[] {
  return copies.flatMap((copy) => {
    const isBusy = [...leaving.values()].some(({ container }) => container.appId === copy.appId && isLive(container))
    if (isBusy) return []
    const reason = copy.kind === 'snapshot-volume' ? 'a snapshot is taken of' : 'a snapshot is put back to'
    return liveHolders(view, copy).map((container) => ({
      container,
      reason: `${reason} volume ${copy.key}`,
    }))
  })
}

export function waitForCopies(copies: readonly Copy[], appId: string, service: string): Wait[] {
  const own = copies.filter((copy) => copy.appId === appId)
  if (own.length === 0) return []
  const keys = own.map(({ key }) => key).join(', ')
  const reason = `${service} waits for the snapshot of ${keys}.`
  return [{ subject: service, appId, service, for: 'snapshot', reason }]
}

/** Removes the snapshots that nothing needs any more. For a device at rest. */
export function removeOldSnapshots({ current }: View): Step[] {
  return Object.entries(current.memory ?? {}).flatMap(([appId, { oldSnapshots = [] }]) =>
    oldSnapshots.map((snapshotId) => ({ kind: 'remove-snapshot' as const, appId, snapshotId })),
  )
}

/** What stops for the snapshots of an update that has not begun yet. */
export function stoppedForSnapshots(view: View, app: TargetApp): CurrentContainer[] {
  return missingSnapshots(view, app).flatMap((copy) => liveHolders(view, copy))
}

// Of what the last good release uses: that is what would be put back to it. Nothing is copied where nothing changes.
function snapshots(view: View, app: TargetApp): Copy[] {
  return trialOf(view.current.memory, app)?.isPermitted ? missingSnapshots(view, app) : []
}

function missingSnapshots(view: View, app: TargetApp): Copy[] {
  const trial = trialOf(view.current.memory, app)
  const good = ownMember(view.current.memory ?? {}, app.id)?.good
  if (!trial || !good || !isChanging(view, app)) return []
  const keys = new Set(Object.values(good.services).flatMap(usedVolumes))
  return [...keys]
    .filter((key) => isMarked(app, key) || isMarked(good, key))
    .map((key) => ({ key, name: volumeName(view.target.device.id, app.id, key) }))
    .filter(({ name }) => view.current.volumes.some((volume) => volume.name === name))
    .filter(({ name }) => !Object.hasOwn(trial.snapshots, name))
    .sort((a, b) => byText(a.key, b.key))
    .map(({ key, name }) => ({
      kind: 'snapshot-volume',
      ...{ appId: app.id, key, name, fingerprint: trial.fingerprint },
      snapshotId: `${trial.fingerprint}-${key}`,
      maxBytes: view.target.policy.snapshotMaxBytes,
    }))
}

function restores(view: View, app: TargetApp): Copy[] {
  const { good, restore = {} } = ownMember(view.current.memory ?? {}, app.id) ?? {}
  if (!good || appFingerprint(good) !== appFingerprint(app)) return []
  return view.current.volumes
    .flatMap(({ name, key }): Copy[] => {
      const snapshotId = ownMember(restore, name)
      if (snapshotId === undefined) return []
      return [{ kind: 'restore-volume', appId: app.id, key, name, snapshotId, fingerprint: appFingerprint(good) }]
    })
    .sort((a, b) => byText(a.key, b.key))
}

function isChanging(view: View, app: TargetApp): boolean {
  const isUnwanted = view.unwanted.some(([first]) => first?.appId === app.id)
  return isUnwanted || view.services.some((item) => item.app.id === app.id && !item.right)
}

function isMarked(app: TargetApp, key: string): boolean {
  const volume = ownMember(app.volumes, key)
  return volume !== undefined && labelOf(volume, 'snapshot') === 'true'
}

// A program that nobody would start again is left alone for a snapshot. So is one that hands over: that is what its
// users chose it for.
function liveHolders(view: View, copy: Copy): CurrentContainer[] {
  const holders = view.current.containers.filter((it) => isLive(it) && it.volumes.includes(copy.name))
  if (copy.kind === 'restore-volume') return holders
  return holders.filter((container) => {
    const item = findService(view, container.appId, container.service)
    const isReplaced = item !== undefined && item.right?.id !== container.id
    if (isReplaced && strategyOf(item.service) === 'hand-over') return false
    if (!item || isReplaced) return true
    return needsStart({ ...container, status: 'exited', exitCode: 143 }, restartPolicy(item, container))
  })
}

function waitForHolders(copy: Copy, holders: CurrentContainer[]): Wait {
  const names = [...new Set(holders.map(({ service }) => service))].join(', ')
  const deed = copy.kind === 'snapshot-volume' ? 'taken' : 'put back'
  return {
    subject: copy.key,
    appId: copy.appId,
    for: 'snapshot',
    reason: `The snapshot of volume ${copy.key} is ${deed} as soon as ${names} has stopped.`,
  }
}
