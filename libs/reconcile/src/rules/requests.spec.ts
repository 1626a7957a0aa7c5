import { describe, expect, it } from '@jest/globals'
import { volumeName } from '../engine-names.js'
import { APP_ID, DEVICE_ID, imageOf, OTHER_APP_ID, targetOf, withPolicy, type AppInput } from '../testing/targets.js'
import { carryOutAll, liveFor, remembering } from '../testing/trial-world.js'
import { confirmedDevice, planOf, reasonsOf, requesting, seeing, stepsOf } from '../testing/updates.js'
import { containerOf, deviceRunning, withContainer } from '../testing/world.js'

const db = { volumes: [{ type: 'volume' as const, source: 'readings', target: '/data' }] }
const one: AppInput = {
  release: 1,
  services: { db, web: { dependsOn: { db: { condition: 'service_started' } } }, cam: {} },
}
const target = targetOf(one)
const device = confirmedDevice(one)
const readings = volumeName(DEVICE_ID, APP_ID, 'readings')
const lock = (service: string) => ({ appId: APP_ID, service, by: 'file' as const })

describe('a service that somebody stopped', () => {
  const asked = requesting(device, { stopped: [`${APP_ID} web`] })

  it('is stopped, once it is not locked, and stays so', () => {
    const { trace, world } = liveFor(asked, target, 20)
    expect(trace).toEqual(['stop web'])
    expect(containerOf(world, 'web').status).toBe('exited')
    const locked = seeing(asked, { locks: [lock('web')] })
    expect(reasonsOf(locked, target)).toEqual([
      'Stopping web (somebody asked that it stay stopped) waits for web, which asks not to be stopped with a lock file in its container.',
    ])
    expect(stepsOf(seeing(asked, { locks: [lock('db')] }), target)).toEqual(['stop web'])
  })

  it('runs again when it may', () => {
    const { world } = liveFor(asked, target, 3)
    expect(stepsOf(requesting(world, { stopped: [] }), target)).toEqual(['start web'])
  })

  it('stays stopped while the next release is on its way', () => {
    const { world } = liveFor(asked, target, 3)
    const next = targetOf({ ...one, release: 2, services: { ...one.services, db: { ...db, version: 2 } } })
    expect(stepsOf(world, next)).toEqual(['pull db'])
    const dropped = targetOf({ release: 2, services: { db: { ...db, version: 2 }, cam: {} } })
    expect(stepsOf(world, dropped)).toEqual(['pull db'])
  })

  it('stops after those that lean on it, where they are to stop as well', () => {
    const all = requesting(device, { stopped: ['db', 'web', 'cam'].map((name) => `${APP_ID} ${name}`) })
    expect(liveFor(all, target, 10).trace).toEqual(['stop cam, stop web', 'stop db'])
  })
})

describe('a volume that somebody wants empty', () => {
  const asked = requesting(device, { purge: [readings] })

  it('is taken from those that use it, removed, and made again once the request is cleared', () => {
    const { trace, world } = liveFor(asked, target, 12)
    expect(trace.slice(0, 3)).toEqual(['stop db', 'remove db', 'remove-volume'])
    expect(world.engine.current.volumes).toEqual([])
    const { trace: after } = liveFor(requesting(world, { purge: [] }), target, 12)
    expect(after).toEqual(['create-volume readings', 'create db', 'start db'])
  })

  it('is not made again before the request is cleared: it would be emptied twice', () => {
    const { world } = liveFor(asked, target, 12)
    expect(planOf(world, target).steps).toMatchObject([
      { kind: 'remove-volume', appId: APP_ID, key: 'readings', name: readings, reason: 'it is to be emptied' },
    ])
  })

  it('waits for locks, and for the end of an update', () => {
    expect(stepsOf(seeing(asked, { locks: [lock('db')] }), target)).toEqual([])
    const next = targetOf({ ...one, release: 2, services: { ...one.services, cam: { version: 2 } } })
    expect(liveFor(asked, next, 12).trace.join()).not.toContain('remove-volume')
    expect(reasonsOf(asked, next)).toContain('Volume readings is emptied when the update of its app is over.')
    expect(liveFor(asked, withPolicy(next, { confirmSeconds: 1 }), 20).trace).toContain('remove-volume')
  })

  it('must be this device’s own', () => {
    expect(planOf(requesting(device, { purge: ['somebody-elses'] }), target).steps).toEqual([])
  })

  it('goes where its app has gone', () => {
    const left = requesting(seeing(deviceWithFormerVolume(), {}), { purge: [readings] })
    expect(stepsOf(left, targetOf({ id: OTHER_APP_ID, services: { radio: {} } }))).toEqual(['remove-volume'])
  })
})

/** It runs another fleet's app now. */
function deviceWithFormerVolume() {
  const moved = confirmedDevice({ id: OTHER_APP_ID, services: { radio: {} } })
  return seeing(moved, { volumes: [{ name: readings, appId: APP_ID, key: 'readings' }] })
}

describe('volumes of former apps', () => {
  const elsewhere = {
    ...targetOf({ id: OTHER_APP_ID, services: { radio: {} } }),
    fleet: { ...target.fleet, id: OTHER_APP_ID },
  }
  const tidy = { removeVolumesOfFormerApps: true }

  it('are kept, but where the policy has them cleared away', () => {
    const world = deviceWithFormerVolume()
    expect(stepsOf(world, elsewhere)).toEqual([])
    expect(planOf(world, withPolicy(elsewhere, tidy)).steps).toMatchObject([{ kind: 'remove-volume', name: readings }])
  })

  it('are kept while anything else is to be done, or the new app is on trial', () => {
    const world = deviceWithFormerVolume()
    const next = { ...elsewhere, apps: targetOf({ id: OTHER_APP_ID, release: 2, services: { radio: {} } }).apps }
    expect(liveFor(world, withPolicy(next, tidy), 30).trace).toEqual([])
    expect(stepsOf(withContainer(world, 'radio', { status: 'exited' }), withPolicy(elsewhere, tidy))).toEqual([
      'start radio',
    ])
  })

  it('are never what a release dropped, nor what a fleet without a release has', () => {
    const dropped = withPolicy(targetOf({ release: 2, services: { cam: {} } }), { ...tidy, confirmSeconds: 1 })
    expect(liveFor(device, dropped, 30).world.engine.current.volumes).toHaveLength(1)
    expect(liveFor(device, withPolicy(targetOf(), tidy), 30).world.engine.current.volumes).toHaveLength(1)
  })
})

describe('a restart of the board that somebody asked for', () => {
  const power = { kind: 'reboot' as const, force: false, reason: 'an operator asked for it' }
  const rebooting = requesting(device, { power })

  it('is done alone, once no container is being changed', () => {
    expect(planOf(rebooting, target).steps).toEqual([{ kind: 'reboot', reason: 'an operator asked for it' }])
    const next = targetOf({ ...one, release: 2, services: { ...one.services, cam: { version: 2 } } })
    // A download goes on afterwards.
    expect(stepsOf(rebooting, next)).toEqual(['reboot'])
    const crashed = withContainer(rebooting, 'cam', { status: 'exited' })
    expect(stepsOf(crashed, target)).toEqual(['start cam'])
    expect(reasonsOf(crashed, target)).toEqual(['Restarting the board waits until the containers have changed.'])
  })

  it('waits for locks without force', () => {
    const locked = seeing(rebooting, { locks: [lock('web')] })
    expect(planOf(locked, target)).toMatchObject({ steps: [], waits: [{ for: 'lock', subject: 'the board' }] })
    const forced = requesting(locked, { power: { ...power, kind: 'shutdown', force: true } })
    expect(stepsOf(withContainer(forced, 'cam', { status: 'exited' }), target)).toEqual(['shutdown'])
  })
})

describe('requests', () => {
  it('of a device without memory are kept as well', () => {
    const asked = requesting(remembering(deviceRunning(one)), { stopped: [`${APP_ID} cam`] })
    expect(carryOutAll(asked, planOf(asked, target).steps).engine.current.containers).toContainEqual(
      expect.objectContaining({ service: 'cam', status: 'exited', image: imageOf('cam') }),
    )
  })
})
