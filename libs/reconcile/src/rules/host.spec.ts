import { describe, expect, it } from '@jest/globals'
import type { TargetInput } from '@flotilla/contracts'
import type { HostState } from '../current-state.js'
import type { Step } from '../plan.js'
import { stepKey } from '../step-key.js'
import { APP_ID, imageOf, targetOf, withPolicy, type AppInput } from '../testing/targets.js'
import { liveFor, remembering, takeWatchedTurn } from '../testing/trial-world.js'
import { confirmedDevice, planOf, reasonsOf, seeing, stepsOf, trialOfApp } from '../testing/updates.js'
import { newDevice, withContainer } from '../testing/world.js'

const one: AppInput = { release: 1, services: { web: {} } }
const two: AppInput = { release: 2, services: { web: { version: 2 } } }
const host: HostState = { config: { arm_boost: '1' }, hostname: 'pi', bootId: 'b1', needsReboot: false }
const device = seeing(confirmedDevice(one), { host })
const settings: TargetInput['config'] = { HOST_CONFIG_arm_boost: '1', HOST_CONFIG_dtoverlay: '"vc4"' }
const target = { ...targetOf(one), config: settings }
const supervisor = {
  version: '2.0.0',
  bundle: { path: '/supervisor.mjs', digest: `sha256:${'0'.repeat(64)}` as const, sizeBytes: 1000 },
}

describe('the settings of a board', () => {
  it('are written as the target has them, and take effect with one restart at the end', () => {
    const both = { ...target, config: { ...settings, FLOTILLA_HOST_HOSTNAME: 'porch' } }
    const { trace, world } = liveFor(device, both, 6)
    expect(trace).toEqual(['write-host-config, set-hostname', 'reboot'])
    expect(world.engine.current.host).toMatchObject({
      config: { arm_boost: '1', dtoverlay: '"vc4"' },
      hostname: 'porch',
    })
  })

  it('name what changes, and take out what the target no longer has', () => {
    const other = { ...target, config: { HOST_CONFIG_dtoverlay: '"vc4"', HOST_CONFIG_: 'x', OTHER: 'y' } }
    expect(planOf(device, other).steps).toEqual([
      {
        kind: 'write-host-config',
        changes: { arm_boost: null, dtoverlay: '"vc4"' },
        reason: 'the target has other values of arm_boost, dtoverlay',
      },
    ])
  })

  it('are no business of a board that has none', () => {
    expect(stepsOf(seeing(device, { host: undefined }), target)).toEqual([])
    expect(stepsOf(seeing(device, { host: { ...host, config: undefined } }), target)).toEqual([])
  })
})

describe('the restart for them', () => {
  const changed = seeing(device, { host: { ...host, needsReboot: true } })
  const own = { ...target, config: { HOST_CONFIG_arm_boost: '1' } }

  it('waits for the window, for locks, and for the clock', () => {
    const nightly = withPolicy(own, { switchWindows: [{ from: '02:00', to: '04:00' }] })
    expect(reasonsOf(seeing(changed, { localTime: { timeZone: 'UTC' } }), nightly)).toEqual([
      'Restarting the board for its changed settings waits for its window, which opens at 02:00 (UTC).',
    ])
    expect(planOf(seeing(changed, { localTime: false }), nightly)).toMatchObject({
      steps: [],
      waits: [{ for: 'clock' }],
    })
    const locked = seeing(changed, { locks: [{ appId: APP_ID, service: 'web', by: 'file' }] })
    expect(planOf(locked, own)).toMatchObject({ steps: [], waits: [{ for: 'lock', subject: 'the board' }] })
  })

  it('comes after all else, downloads included', () => {
    expect(stepsOf(withContainer(changed, 'web', { status: 'exited' }), own)).toEqual(['start web'])
    const next = { ...own, apps: targetOf(two).apps }
    expect(stepsOf(changed, next)).toEqual(['pull web'])
    expect(stepsOf(seeing(changed, { downloading: [imageOf('web', 2)] }), next)).toEqual([])
  })

  it('never comes in the middle of a trial, but once it is over, however it ends', () => {
    const next = withPolicy({ ...own, apps: targetOf(two).apps }, { confirmSeconds: 5 })
    let world = changed
    for (let round = 0; round < 40; round++) {
      const turn = takeWatchedTurn(world, next)
      if (turn.plan.steps.some(({ kind }) => kind === 'reboot')) break
      world = turn.world
    }
    expect(trialOfApp(world)).toBeUndefined()
    expect(world.engine.current.memory?.[APP_ID]?.good?.release.version).toBe('2.0.0')
    const failing = { ...changed, behaviours: { [imageOf('web', 2)]: { exitCode: 1 } } }
    expect(liveFor(failing, next, 40).trace.slice(-2)).toEqual(['remove-image web', 'reboot'])
  })
})

describe('a first release that fails', () => {
  const first = withPolicy({ ...targetOf(one), config: { HOST_CONFIG_dtoverlay: '"vc4"' } }, { confirmSeconds: 10 })
  const fresh = seeing(remembering(newDevice()), { host: { ...host, config: {} } })

  it('may do so for want of the settings: the board restarts for them before the next try', () => {
    const crashing = { ...fresh, behaviours: { [imageOf('web')]: { exitCode: 1 } } }
    const { world, trace } = liveFor(crashing, first, 40)
    expect(trace[0]).toBe('pull web, write-host-config')
    expect(trace.slice(-2)).toEqual(['start web', 'reboot'])
    expect(trialOfApp(world)?.failures).toBe(1)
    const { world: later } = liveFor({ ...world, behaviours: {} }, first, 80)
    expect(later.engine.current.memory?.[APP_ID]?.good?.release.version).toBe('1.0.0')
  })

  it('is left in peace while it is tried', () => {
    let world = fresh
    while (world.engine.current.containers.length === 0) world = takeWatchedTurn(world, first).world
    world = takeWatchedTurn(world, first).world
    let last: string[] = []
    while (trialOfApp(world)) {
      // What is on trial yet is not disturbed.
      expect(last).toEqual([])
      const turn = takeWatchedTurn(world, first)
      last = turn.plan.steps.map(({ kind }) => kind)
      world = turn.world
    }
    expect(last).toEqual(['reboot'])
  })
})

describe('a restart that services ask for after their update', () => {
  const asked = seeing(device, { host: { ...host, config: undefined, needsReboot: true, rebootFor: ['cam', 'web'] } })
  const target = targetOf(one)

  it('comes once all else is done, and says for whom', () => {
    expect(planOf(asked, target).steps).toEqual([
      { kind: 'reboot', reason: 'it was asked for after the update of cam and web' },
    ])
    expect(stepsOf(withContainer(asked, 'web', { status: 'exited' }), target)).toEqual(['start web'])
  })

  it('waits for the end of the trial, for locks and for the window', () => {
    expect(liveFor(asked, targetOf(two), 12).trace.join()).not.toContain('reboot')
    const locked = seeing(asked, { locks: [{ appId: APP_ID, service: 'web', by: 'file' }] })
    expect(planOf(locked, target)).toMatchObject({
      steps: [],
      waits: [
        {
          for: 'lock',
          subject: 'the board',
          reason: expect.stringMatching(/^Restarting the board after the update of cam and web waits/),
        },
      ],
    })
  })
})

describe('a setting that cannot be written', () => {
  const both = { ...targetOf(one), supervisor, config: { ...settings, FLOTILLA_HOST_HOSTNAME: 'porch' } }
  const old = { version: '1.0.0', replaceableBy: 'bundle' as const }

  it('holds up neither the supervisor nor the restart for the others', () => {
    const world = {
      ...seeing(device, { host: { ...host, supervisor: old } }),
      failure: (step: Step) => (step.kind === 'set-hostname' ? 'read-only file system' : undefined),
    }
    const { trace } = liveFor(world, both, 4)
    expect(trace).toEqual(['write-host-config, set-hostname', 'replace-supervisor', 'reboot'])
  })

  it('is tried again in its time, and not while the board restarts', () => {
    const changed = seeing(device, {
      host: { ...host, config: { ...host.config, dtoverlay: '"vc4"' }, needsReboot: true },
    })
    const step: Step = { kind: 'set-hostname', hostname: 'porch' }
    const own = { ...both, supervisor: undefined }
    const attempts = (nextAt: number) => ({ [stepKey(step)]: { count: 1, nextAt, error: 'read-only file system' } })
    expect(stepsOf(seeing(changed, { attempts: attempts(changed.engine.clock + 5000) }), own)).toEqual(['reboot'])
    expect(stepsOf(seeing(changed, { attempts: attempts(changed.engine.clock) }), own)).toEqual(['set-hostname'])
  })
})

describe('the supervisor', () => {
  const newer = { ...targetOf(one), supervisor }
  const bundled = { ...host, supervisor: { version: '1.0.0', replaceableBy: 'bundle' as const } }

  it('is replaced when all else is done', () => {
    const world = seeing(device, { host: { ...bundled, config: undefined } })
    expect(planOf(world, newer).steps).toEqual([{ kind: 'replace-supervisor', supervisor, by: 'bundle' }])
    expect(stepsOf(withContainer(world, 'web', { status: 'exited' }), newer)).toEqual(['start web'])
    const { trace } = liveFor(world, { ...newer, apps: targetOf(two).apps }, 80)
    expect(trace.slice(-2)).toEqual(['remove-image web', 'replace-supervisor'])
  })

  it('is not kept back by a release that waits for a lock or for room, but by one that is fetched or on trial', () => {
    const next = { ...newer, apps: targetOf(two).apps }
    const world = seeing(device, { host: { ...bundled, config: undefined } })
    const full = seeing(world, { disk: { freeBytes: 0 } })
    expect(stepsOf(full, next)).toEqual(['replace-supervisor'])
    const fetched = seeing(world, { images: [...world.engine.current.images, imageOf('web', 2)] })
    const locked = seeing(fetched, { locks: [{ appId: APP_ID, service: 'web', by: 'file' }] })
    expect(stepsOf(locked, next)).toEqual(['replace-supervisor'])
    expect(stepsOf(seeing(world, { downloading: [imageOf('web', 2)] }), next)).toEqual([])
    const { trace } = liveFor(fetched, next, 40)
    expect(trace.join()).not.toContain('replace-supervisor')
  })

  it('is left alone where it is right, or cannot be replaced in that way', () => {
    const is = (state: HostState['supervisor']) =>
      seeing(device, { host: { ...host, config: undefined, supervisor: state } })
    expect(stepsOf(is({ version: '2.0.0', replaceableBy: 'bundle' }), newer)).toEqual([])
    expect(stepsOf(is({ version: '1.0.0', replaceableBy: 'image' }), newer)).toEqual([])
    expect(stepsOf(is({ version: '1.0.0' }), newer)).toEqual([])
    expect(stepsOf(is(undefined), newer)).toEqual([])
  })

  it('that could not be replaced is tried again when its time has come, and keeps the board from nothing', () => {
    const world = seeing(device, { host: { ...bundled, config: undefined } })
    const [step] = planOf(world, newer).steps
    const attempts = { [stepKey(step!)]: { count: 1, nextAt: world.engine.clock + 5000, error: 'it did not report' } }
    expect(planOf(seeing(world, { attempts }), newer)).toMatchObject({ steps: [], waits: [{ for: 'back-off' }] })
  })
})
