import { describe, expect, it } from '@jest/globals'
import type { Lock } from '../current-state.js'
import { describePlan } from '../describe-plan.js'
import { appFingerprint } from '../trial/app-fingerprint.js'
import { APP_ID, imageOf, OTHER_APP_ID, targetOf, withPolicy, type AppInput } from '../testing/targets.js'
import { carryOutAll, liveFor, remembering } from '../testing/trial-world.js'
import { confirmedDevice, planOf, reasonsOf, requesting, seeing, stepsOf } from '../testing/updates.js'
import { containerOf, newDevice, withContainer } from '../testing/world.js'

const one: AppInput = { release: 1, services: { web: {}, db: {} } }
const two: AppInput = { release: 2, version: '2.0.0', services: { web: { version: 2 }, db: {} } }
const next = targetOf(two)
const device = confirmedDevice(one)
/** All of the next release is on the device. */
const fetched = seeing(device, { images: [...device.engine.current.images, imageOf('web', 2)] })
const lock: Lock = { appId: APP_ID, service: 'web', by: 'file' }
const NOW = device.engine.clock
// The worlds of tests begin on Thursday 1970-01-01, a quarter past midnight in Greenwich.
const nightly = { switchWindows: [{ from: '02:00', to: '04:00' }] }

describe('the switch to another release', () => {
  it('is permitted, and remembered to be, before anything stops', () => {
    const { trace, world } = liveFor(device, next, 70)
    expect(trace).toEqual([
      'pull web',
      'begin-switch',
      'stop web',
      'remove web',
      'create web',
      'start web',
      'remove-image web',
    ])
    expect(world.engine.current.memory?.[APP_ID]?.good?.release.version).toBe('2.0.0')
  })

  it('waits for nobody where nothing has to stop', () => {
    const added = withPolicy(targetOf({ ...one, release: 2, services: { ...one.services, radio: {} } }), nightly)
    const locked = seeing(device, { locks: [lock], localTime: false })
    expect(liveFor(locked, added, 8).trace).toEqual(['pull radio', 'create radio', 'start radio'])
    const first = liveFor(seeing(remembering(newDevice()), { localTime: false }), withPolicy(next, nightly), 12)
    expect(first.trace).toContain('start db, start web')
  })

  it('does not begin while what it starts by is not remembered', () => {
    const { steps } = planOf(fetched, next)
    expect(steps).toMatchObject([{ kind: 'begin-switch', appId: APP_ID, version: '2.0.0' }])
    // The write failed: nothing goes on.
    const failing = { ...fetched, failure: () => 'read-only file system' }
    expect(stepsOf(carryOutAll(failing, steps), next)).toEqual([])
  })
})

describe('a switch window', () => {
  const target = withPolicy(next, nightly)
  const at = (text: string) => ({ ...fetched, engine: { ...fetched.engine, clock: Date.parse(`1970-01-01T${text}Z`) } })

  it('holds up the switch until it opens, by the device’s time', () => {
    const waiting = seeing(at('01:30'), { localTime: { timeZone: 'UTC' } })
    expect(stepsOf(waiting, target)).toEqual([])
    expect(planOf(waiting, target).waits).toEqual([
      {
        subject: 'release 2.0.0',
        appId: APP_ID,
        for: 'switch-window',
        reason: 'The switch to release 2.0.0 waits for its window, which opens at 02:00 (UTC).',
        until: Date.parse('1970-01-01T02:00Z'),
      },
    ])
    const inBerlin = seeing(at('01:30'), { localTime: { timeZone: 'Europe/Berlin' } })
    expect(stepsOf(inBerlin, target)).toEqual(['begin-switch'])
    // The policy's own zone counts before the board's.
    expect(stepsOf(inBerlin, withPolicy(target, { timeZone: 'UTC' }))).toEqual([])
  })

  it('is never guessed at by a board that does not know the time', () => {
    const lost = seeing(at('02:30'), { localTime: false })
    expect(planOf(lost, target)).toMatchObject({ steps: [], waits: [{ for: 'clock' }] })
    expect(reasonsOf(lost, target)).toEqual([
      'The switch to release 2.0.0 waits for its window, and the board does not know the time yet.',
    ])
  })

  it('that closes in the middle of a switch does not hold it up', () => {
    const begun = liveFor(seeing(at('03:59'), { localTime: { timeZone: 'UTC' } }), target, 2).world
    const after = { ...begun, engine: { ...begun.engine, clock: Date.parse('1970-01-01T04:00Z') } }
    expect(liveFor(after, target, 6).trace.slice(0, 3)).toEqual(['remove web', 'create web', 'start web'])
  })

  it('counts for a service that the engine is about to bring back at boot', () => {
    const web = withContainer(at('01:30'), 'web', { status: 'exited', exitCode: 255 })
    const booting = withContainer(web, 'db', { status: 'exited', exitCode: 255 })
    expect(stepsOf(seeing(booting, { localTime: { timeZone: 'UTC' } }), target)).toEqual(['start db', 'start web'])
  })
})

describe('a lock', () => {
  it('holds up the switch, and says who holds it, why and until when', () => {
    const until = NOW + 400_000
    const locked = seeing(fetched, { locks: [{ ...lock, by: 'api', reason: 'writing\nfirmware', until }] })
    const plan = planOf(locked, next)
    expect(plan.steps).toEqual([])
    expect(plan.waits).toEqual([
      {
        subject: 'web',
        appId: APP_ID,
        service: 'web',
        for: 'lock',
        reason:
          'The switch to release 2.0.0 waits for web, which asks not to be stopped over the local API (writing firmware).',
        until,
      },
    ])
    expect(describePlan(plan, NOW)).toMatch(/\(writing firmware\)\. The lock ends within 10 minutes\.$/)
  })

  it('ends when it expires', () => {
    const expired = seeing(fetched, { locks: [{ ...lock, until: NOW }] })
    expect(stepsOf(expired, next)).toEqual(['begin-switch'])
  })

  it('is nothing to a service that stays as it is', () => {
    expect(stepsOf(seeing(fetched, { locks: [{ ...lock, service: 'db' }] }), next)).toEqual(['begin-switch'])
  })

  it('taken after the permission holds up nothing', () => {
    const begun = liveFor(fetched, next, 1).world
    expect(liveFor(seeing(begun, { locks: [lock] }), next, 5).trace[0]).toBe('stop web')
  })

  it('holds up no way back', () => {
    const crashing = { ...fetched, behaviours: { [imageOf('web', 2)]: { exitCode: 1 } } }
    const begun = liveFor(crashing, next, 1).world
    const { world } = liveFor(seeing(begun, { locks: [lock], localTime: false }), withPolicy(next, nightly), 30)
    expect(containerOf(world, 'web')).toMatchObject({ image: imageOf('web', 1), status: 'running' })
  })

  it('holds up stops outside updates too, all of an app’s or none', () => {
    const drifted = withContainer(withContainer(device, 'web', { specHash: 'other' }), 'db', { specHash: 'other' })
    const locked = seeing(drifted, { locks: [lock] })
    expect(stepsOf(locked, targetOf(one))).toEqual([])
    expect(reasonsOf(locked, targetOf(one))[0]).toBe(
      'Stopping db (its configuration changes) waits for web, which asks not to be stopped with a lock file in its container.',
    )
    expect(stepsOf(drifted, targetOf(one))).toEqual(['stop db', 'stop web'])
  })
})

describe('an operator’s force', () => {
  const target = withPolicy(next, nightly)
  const held = seeing(fetched, { locks: [lock], localTime: false })

  it('overrules windows and locks, asked for in the cloud or at the device', () => {
    expect(stepsOf(held, target)).toEqual([])
    const releaseId = next.apps[0]!.release.id
    expect(stepsOf(held, withPolicy(target, { forcedReleaseId: releaseId }))).toEqual(['begin-switch'])
    const forced = { [APP_ID]: appFingerprint(next.apps[0]!) }
    expect(stepsOf(requesting(held, { forced }), target)).toEqual(['begin-switch'])
  })

  it('for another release changes nothing', () => {
    const other = withPolicy(target, { forcedReleaseId: targetOf(one).apps[0]!.release.id })
    expect(stepsOf(requesting(held, { forced: { [APP_ID]: 'another' } }), other)).toEqual([])
  })

  it('also lets the download begin outside its window', () => {
    const closed = withPolicy(next, { downloadWindows: [{ from: '02:00', to: '04:00' }] })
    expect(stepsOf(device, closed)).toEqual([])
    expect(stepsOf(device, withPolicy(closed, { forcedReleaseId: next.apps[0]!.release.id }))).toEqual(['pull web'])
  })
})

describe('a device that has moved to another fleet', () => {
  const moved = withPolicy(targetOf({ id: OTHER_APP_ID, services: { radio: {} } }), nightly)
  const arrived = seeing(device, {
    images: [...device.engine.current.images, imageOf('radio')],
    localTime: { timeZone: 'UTC' },
  })

  it('stops its former app in the window of the new one, and not while it is locked', () => {
    expect(stepsOf(arrived, moved)).toEqual([])
    const open = { ...arrived, engine: { ...arrived.engine, clock: Date.parse('1970-01-01T02:00Z') } }
    expect(reasonsOf(seeing(open, { locks: [lock] }), moved)[0]).toContain('waits for web')
    expect(liveFor(open, moved, 8).trace).toContain('stop db, stop web')
  })

  it('stops it in the window too where its new fleet has no release', () => {
    const nothing = withPolicy(targetOf(), nightly)
    expect(stepsOf(arrived, nothing)).toEqual([])
    const open = { ...arrived, engine: { ...arrived.engine, clock: Date.parse('1970-01-01T02:00Z') } }
    expect(stepsOf(open, nothing)).toEqual(['stop db', 'stop web'])
    expect(stepsOf(seeing(open, { locks: [lock] }), nothing)).toEqual([])
  })
})
