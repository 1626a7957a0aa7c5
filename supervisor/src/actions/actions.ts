import type { DeviceCommandBody, Target, TargetApp } from '@flotilla/contracts'
import { appFingerprint, fitTarget, leftOverVolumes, volumeName } from '@flotilla/reconcile'
import { boardContract } from '../balena/board-contract.js'
import { shortError } from '../errors.js'
import type { Locks } from '../locks/locks.js'
import type { Core, SnapshotDeeds } from '../part.js'
import { done, failed, refused, type Answer } from './answer.js'
import { inOrderOfStopping, isLive, lookAtContainers, stopStep } from './containers.js'
import { ServiceActions } from './service-actions.js'

type BodyOf<Kind extends DeviceCommandBody['kind']> = Extract<DeviceCommandBody, { kind: Kind }>

const LEFT_OVER = 'no release needs it any more, and somebody asked that it be removed'

/**
 * What people and apps may ask of this device, whoever brings it: the local API, or a command from the control plane.
 * What outlasts a power cut is written down before it is answered.
 */
export class Actions {
  readonly services: ServiceActions

  constructor(
    private readonly core: Core,
    private readonly locks: Pick<Locks, 'on'>,
  ) {
    this.services = new ServiceActions(core, locks)
  }

  /** For each of these apps in turn, until one does not do it. */
  async run(body: DeviceCommandBody, appIds: readonly string[]): Promise<Answer> {
    if (body.kind === 'update-now') return this.updateNow(body.force, appIds)
    if (body.kind === 'reboot' || body.kind === 'shutdown')
      return this.power(body.kind, body.force, 'somebody asked for it')
    let answer = failed('unknown', 'The device has no app yet.')
    for (const appId of appIds) {
      answer = await this.runOn(body, appId)
      if (answer.status !== 'done') break
    }
    return answer
  }

  /** Polls now. Forced: switches to what the target has, whatever windows, locks and an earlier failure say. */
  async updateNow(force: boolean, appIds: readonly string[]): Promise<Answer> {
    const { targets, requests, pollWanted } = this.core
    if (force && targets.target) {
      // As the planner sees them: without what this board has not enough for.
      const { apps: fitting } = fitTarget(targets.target, boardContract(this.core.host))
      const apps = fitting.filter(({ id }) => appIds.includes(id))
      const forced = Object.fromEntries(apps.map((app) => [app.id, appFingerprint(app)]))
      await requests.edit((it) => ({ ...it, forced: { ...it.forced, ...forced } }))
    }
    pollWanted.notify()
    this.core.lookWanted.notify()
    return done(force ? 'Updating now, whatever windows and locks say.' : 'Looking for an update now.')
  }

  /** Restarts the board, or shuts it down, as soon as no container is being changed. */
  async power(kind: 'reboot' | 'shutdown', force: boolean, reason: string): Promise<Answer> {
    // The plan would wait for it for ever, and do nothing else.
    if (!this.core.canDo(kind)) return failed('unsupported', 'The supervisor is not let restart or end this board.')
    const locks = force ? [] : await this.locks.on((await lookAtContainers(this.core)).filter(isLive))
    if (locks.length > 0) return refused(locks, this.core.clock.now())
    await this.core.requests.edit((it) => ({ ...it, power: { kind, force, reason } }))
    return done(kind === 'reboot' ? 'The board restarts in a moment.' : 'The board shuts down in a moment.')
  }

  /** Empties volumes (keys of the app's; all of them where none is named) and starts their services again. */
  purge({ volumes, force }: Omit<BodyOf<'purge'>, 'kind'>, appId: string): Promise<Answer> {
    const { target } = this.core.targets
    const app = target?.apps.find(({ id }) => id === appId)
    if (!target || !app) return Promise.resolve(failed('unknown', 'The device has no such app.'))
    const keys = volumes ?? Object.keys(app.volumes)
    const unknown = keys.filter((key) => !Object.hasOwn(app.volumes, key))
    if (unknown.length > 0) return Promise.resolve(failed('unknown', `The app has no volume ${unknown.join(', ')}.`))
    if (keys.length === 0) return Promise.resolve(done('The app has no volumes.'))
    return this.emptyVolumes(target, app, { keys, force })
  }

  /** Removes the app's volumes that nothing needs: done when it is answered, and never without being asked for. */
  async removeLeftOverVolumes(appId: string): Promise<Answer> {
    const { engine, executor, memory, requests, targets } = this.core
    try {
      const seen = await engine.observe([])
      const current = { ...seen, memory: memory.memory, requests: requests.requests }
      const volumes = targets.target && leftOverVolumes(targets.target, current, appId)
      if (!volumes) return failed('unready', 'What the app needs is not known here.')
      for (const { key, name } of volumes) {
        await executor.perform({ kind: 'remove-volume', appId, key, name, reason: LEFT_OVER })
      }
      return done(`Removed ${volumes.map(({ key }) => key).join(', ') || 'nothing: no volume is left over'}.`)
    } catch (error) {
      return failed('error', shortError(error))
    }
  }

  async setHostname(hostname: string): Promise<Answer> {
    const { targets, executor } = this.core
    const asked = targets.target?.config.FLOTILLA_HOST_HOSTNAME
    if (asked !== undefined && asked.trim() !== hostname) {
      return failed('conflict', `The fleet sets the hostname, by its variable FLOTILLA_HOST_HOSTNAME, to ${asked}.`)
    }
    try {
      await executor.perform({ kind: 'set-hostname', hostname })
      return done(`The hostname is ${hostname}.`)
    } catch (error) {
      return failed('unsupported', shortError(error))
    }
  }

  private runOn(body: Exclude<DeviceCommandBody, BodyOf<'update-now' | 'reboot' | 'shutdown'>>, appId: string) {
    switch (body.kind) {
      case 'restart':
      case 'stop':
        return this.services[body.kind]({ appId, ...body })
      case 'start':
        return this.services.start({ appId, ...body })
      case 'purge':
        return this.purge(body, appId)
      default:
        return this.snapshot(body, appId)
    }
  }

  private async emptyVolumes(
    target: Target,
    app: TargetApp,
    { keys, force }: { keys: string[]; force: boolean },
  ): Promise<Answer> {
    const { requests, executor, clock } = this.core
    const names = keys.map((key) => volumeName(target.device.id, app.id, key))
    const containers = await lookAtContainers(this.core)
    const holders = containers.filter((it) => it.volumes.some((name) => names.includes(name)))
    const locks = force ? [] : await this.locks.on(holders.filter(isLive))
    if (locks.length > 0) return refused(locks, clock.now())
    await requests.edit((it) => ({ ...it, purge: [...new Set([...it.purge, ...names])] }))
    try {
      // The plan would respect a lock; who forces does not.
      if (force) {
        for (const it of inOrderOfStopping(holders.filter(isLive)))
          await executor.perform(stopStep(it, 'its volume is emptied'))
      }
    } catch (error) {
      return failed('error', shortError(error))
    }
    return done(`Emptying ${keys.join(', ')}; the services start again afterwards.`)
  }

  private async snapshot(
    body: BodyOf<'create-snapshot' | 'restore-snapshot' | 'upload-snapshot' | 'remove-snapshot'>,
    appId: string,
  ): Promise<Answer> {
    const { snapshots } = this.core.offers
    if (!snapshots) return failed('unsupported', 'This device takes no snapshots.')
    try {
      return done(await carryOut(snapshots, body, appId))
    } catch (error) {
      return failed('error', shortError(error))
    }
  }
}

async function carryOut(
  snapshots: SnapshotDeeds,
  body: BodyOf<'create-snapshot' | 'restore-snapshot' | 'upload-snapshot' | 'remove-snapshot'>,
  appId: string,
): Promise<string> {
  switch (body.kind) {
    case 'create-snapshot':
      return `Made ${(await snapshots.create(appId, body.volume)).join(', ') || 'none: no volume is marked for it'}.`
    case 'restore-snapshot':
      await snapshots.restore(appId, body.snapshotId)
      return `Put back ${body.snapshotId}.`
    case 'upload-snapshot':
      await snapshots.upload(appId, body.snapshotId)
      return `Uploading ${body.snapshotId}.`
    case 'remove-snapshot':
      await snapshots.remove(appId, body.snapshotId)
      return `Removed ${body.snapshotId}.`
  }
}
