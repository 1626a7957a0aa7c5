import { describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import fc from 'fast-check'
import { appStates } from '../app-states.js'
import { describePlan } from '../describe-plan.js'
import { contractOf } from '../testing/board-contract.js'
import { APP_ID, releaseId, targetOf, withPolicy, type AppInput, type ServiceInput } from '../testing/targets.js'
import { liveFor, remembering, takeWatchedTurn, type TrialWorld } from '../testing/trial-world.js'
import { confirmedDevice, planOf, reasonsOf, requesting, seeing, stepsOf, untilSettled } from '../testing/updates.js'
import { containerOf, deviceRunning, newDevice } from '../testing/world.js'
import type { Step } from '../plan.js'
import { planNextSteps } from '../plan-next-steps.js'
import { anyState, anyTarget } from '../testing/arbitraries.js'
import { breaches } from '../testing/oracle.js'
import { appFingerprint } from '../trial/app-fingerprint.js'
import { fitApp, fitTarget } from './fit.js'

const has = {
  'arch.sw': 'aarch64',
  'hw.device-type': 'raspberrypi4-64',
  'sw.supervisor': '19.0.5',
  'sw.linux': '6.1.0-rpi7-rpi-v8',
}

const requiring = (what: string, value: string, more: Record<string, string> = {}): ServiceInput => ({
  labels: { [`io.balena.features.requires.${what}`]: value, ...more },
})
const OPTIONAL = { 'io.balena.features.optional': '1' }
const jetson = requiring('hw.device-type', 'jetson-nano', OPTIONAL)
const onBoard = <W extends TrialWorld>(world: W, changes: Record<string, string> = {}) =>
  seeing(world, { contract: contractOf({ ...has, ...changes }) })
const services = ({ engine }: TrialWorld) => engine.current.containers.map(({ service }) => service).sort()
const brisk = (target: Target) => withPolicy(target, { confirmSeconds: 2 })
const targetFor = (app: AppInput) => brisk(targetOf(app))
const newBoard = () => onBoard(remembering(newDevice()))

describe('what services require of their board', () => {
  it.each([
    ['arch.sw', 'aarch64', 'amd64'],
    ['hw.device-type', 'raspberrypi4-64', 'jetson-nano'],
    ['sw.supervisor', '>=16.1', '<19'],
    ['sw.linux', '>=5.15', '<6.1'],
    ['sw.linux', '*', 'newest'],
  ])('is there or not: %s %j, but not %j', (what, met, unmet) => {
    const target = targetFor({ services: { web: requiring(what, met), cam: requiring(what, unmet, OPTIONAL) } })
    expect(services(untilSettled(newBoard(), target))).toEqual(['web'])
  })

  it.each(['sw.l4t', 'sw.balena-os', 'hw.flux-capacitor'])(
    'is not there where the board has nothing of it: %s',
    (what) => {
      expect(
        reasonsOf(newBoard(), targetFor({ services: { cam: requiring(what, '*', OPTIONAL), web: {} } })),
      ).toContain(`cam is left out on this board: cam needs ${what} *, which this board has not.`)
    },
  )

  it('is not there where a range is none, and that is said', () => {
    const target = targetFor({ services: { cam: requiring('sw.linux', '>=new', OPTIONAL), web: {} } })
    expect(reasonsOf(newBoard(), target)).toContain(
      'cam is left out on this board: cam needs sw.linux >=new, which is no range of versions.',
    )
  })

  it('is said by resin’s labels and Flotilla’s own as well, and not looked at where nothing is known of the board', () => {
    for (const namespace of ['io.resin', 'io.flotilla']) {
      const labels = { [`${namespace}.features.requires.arch.sw`]: 'amd64', [`${namespace}.features.optional`]: 'true' }
      expect(services(untilSettled(newBoard(), targetFor({ services: { cam: { labels }, web: {} } })))).toEqual(['web'])
      const anywhere = untilSettled(remembering(newDevice()), targetFor({ services: { cam: { labels }, web: {} } }))
      expect(services(anywhere)).toEqual(['cam', 'web'])
    }
  })
})

describe('an optional service that the board has not enough for', () => {
  const app: AppInput = {
    services: {
      cam: jetson,
      web: { dependsOn: { cam: { condition: 'service_started' } } },
    },
  }
  const target = targetFor(app)

  it('is left out, with its image, and nobody waits for it: the release runs whole without it', () => {
    const { world, trace } = liveFor(newBoard(), target, 30)
    expect(trace.join()).not.toContain('cam')
    expect(services(world)).toEqual(['web'])
    const plan = planOf(world, target)
    expect(describePlan(plan, 0)).toBe(
      'cam is left out on this board: cam needs hw.device-type jetson-nano, and this board is raspberrypi4-64.',
    )
    expect(plan.steps).toEqual([])
    const { current, clock: now } = world.engine
    expect(appStates({ target, current, plan, now })[APP_ID]).toMatchObject({
      ...{ releaseId: releaseId(1), confirmedReleaseId: releaseId(1) },
      services: { web: { status: 'running' } },
    })
  })

  it('goes when it was there in the release before', () => {
    const before = onBoard(confirmedDevice({ services: { cam: {}, web: {} } }))
    const after = untilSettled(before, targetFor({ ...app, release: 2 }))
    expect(services(after)).toEqual(['web'])
  })

  it('takes those with it that live in its namespaces, where they are optional too', () => {
    const sidecar = { networkMode: 'service:cam', labels: OPTIONAL }
    const world = untilSettled(newBoard(), targetFor({ services: { cam: jetson, sidecar, web: {} } }))
    expect(services(world)).toEqual(['web'])
    const refused = targetFor({ services: { cam: jetson, sidecar: { networkMode: 'service:cam' }, web: {} } })
    expect(services(liveFor(newBoard(), refused, 20).world)).toEqual([])
  })

  it('comes once the board has what it needs', () => {
    const kernel = targetFor({ services: { cam: requiring('sw.linux', '>=6.6', OPTIONAL), web: {} } })
    const old = untilSettled(newBoard(), kernel)
    expect(services(old)).toEqual(['web'])
    const { id } = containerOf(old, 'web')
    const next = untilSettled(onBoard(old, { 'sw.linux': '6.6.20' }), kernel)
    expect(services(next)).toEqual(['cam', 'web'])
    expect(containerOf(next, 'web').id).toBe(id)
  })

  it('leaves the target as it is where nothing is left out', () => {
    const plain = targetOf({ services: { web: {} } })
    expect(fitTarget(plain, contractOf(has))).toBe(plain)
    // Fingerprints are kept for each app: one that was another object in each round would be computed anew in each.
    expect(fitTarget(target, contractOf(has)).apps[0]).toBe(fitTarget(target, contractOf({ ...has })).apps[0])
  })
})

describe('a release with a service that the board has not enough for', () => {
  const next = targetFor({
    release: 2,
    services: { cam: requiring('hw.device-type', 'jetson-nano'), web: { version: 2 } },
  })
  const before: AppInput = { services: { cam: {}, web: {} } }

  it('is refused, reported with its reason, and nothing of it is begun', () => {
    const device = onBoard(confirmedDevice(before))
    const { world, trace, events } = lived(device, next, 30)
    expect(trace).toEqual([])
    expect(world.engine.current.containers).toEqual(device.engine.current.containers)
    expect(events.filter(({ kind }) => kind === 'release-rejected')).toHaveLength(1)
    const { current, clock: now } = world.engine
    const plan = planOf(world, next)
    expect(appStates({ target: next, current, plan, now })[APP_ID]).toMatchObject({
      releaseId: releaseId(1),
      rejected: {
        releaseId: releaseId(2),
        code: 'cannot-start',
        reason: 'cam needs hw.device-type jetson-nano, and this board is raspberrypi4-64.',
        services: { cam: { reason: expect.stringContaining('jetson-nano') } },
      },
    })
    expect(describePlan(plan, 0)).toMatch(
      /^Release 2\.0\.0 was refused on this board at .+: cam needs hw\.device-type jetson-nano, and this board is raspberrypi4-64\. The device stays with release 1\.0\.0\.$/,
    )
  })

  it('is refused also where somebody forces it, and tried once the board has what it needs', () => {
    const refused = lived(onBoard(confirmedDevice(before)), next, 10).world
    const forced = requesting(refused, { forced: { [APP_ID]: appFingerprint(next.apps[0]!) } })
    expect(lived(forced, next, 10).trace).toEqual([])
    const moved = untilSettled(onBoard(refused, { 'hw.device-type': 'jetson-nano' }), next)
    expect(moved.engine.current.memory?.[APP_ID]?.good?.release.id).toBe(releaseId(2))
  })

  it('is not begun where there is none to return to, and what is there stays', () => {
    const { world, trace, events } = lived(newBoard(), next, 20)
    expect(trace).toEqual([])
    expect(world.engine.current.images).toEqual([])
    expect(events.map(({ kind }) => kind)).toEqual(['release-failing'])
    expect(reasonsOf(world, next)).toEqual([
      'Release 2.0.0 is refused on this board: cam needs hw.device-type jetson-nano, and this board is raspberrypi4-64.',
    ])
    const never = onBoard(remembering(deviceRunning(before)))
    expect(lived(never, next, 20).trace).toEqual([])
    expect(
      untilSettled(onBoard(world, { 'hw.device-type': 'jetson-nano' }), next).engine.current.containers,
    ).toHaveLength(2)
  })

  it('goes back to what was confirmed where a switch to another one was under way', () => {
    const middle = targetFor({ release: 3, services: { cam: {}, web: { version: 3 } } })
    const device = onBoard(confirmedDevice(before))
    const halfWay = liveFor(device, middle, 4).world
    const end = untilSettled(halfWay, next)
    expect(containerOf(end, 'web').image).toBe(containerOf(device, 'web').image)
  })

  it('does not hold up what a crash asks for: the release that runs is kept running', () => {
    const refused = lived(onBoard(confirmedDevice(before)), next, 10).world
    const crashed = { ...refused.engine.current.containers[0]!, status: 'exited' as const, exitCode: 1 }
    const { containers } = refused.engine.current
    expect(stepsOf(seeing(refused, { containers: [crashed, ...containers.slice(1)] }), next)).toEqual(['start cam'])
  })

  it('is no matter where it was confirmed already: what runs is not taken away', () => {
    const own = targetFor({ services: { cam: requiring('sw.supervisor', '>=16') } })
    const device = untilSettled(newBoard(), own)
    const older = onBoard(device, { 'sw.supervisor': '14.0.0' })
    expect(lived(older, own, 10).trace).toEqual([])
    expect(reasonsOf(older, own)).toEqual([])
  })
})

describe('the planner, whatever services require', () => {
  const needs = fc.constantFrom<Record<string, string>>(
    {},
    { 'io.balena.features.requires.arch.sw': 'aarch64' },
    { 'io.balena.features.requires.arch.sw': 'amd64' },
    { 'io.balena.features.requires.arch.sw': 'amd64', ...OPTIONAL },
  )
  const requiringTarget = fc.tuple(anyTarget, fc.array(needs, { minLength: 5, maxLength: 5 })).map(([target, all]) => ({
    ...target,
    apps: target.apps.map((app) => ({
      ...app,
      services: Object.fromEntries(
        Object.entries(app.services).map(([name, it], i) => [name, { ...it, labels: all[i] ?? {} }]),
      ),
    })),
  }))
  const absurd = requiringTarget.chain((target) => fc.tuple(fc.constant(target), anyState(target)))

  it('begins nothing of what the board has not enough for, and breaks no other rule over it', () => {
    fc.assert(
      fc.property(absurd, ([target, current]) => {
        const plan = planNextSteps(target, { ...current, contract: contractOf(has) }, 1_000_000)
        const fits = target.apps.map((app) => fitApp(app, contractOf(has)))
        const kept = fits.filter(({ refusals }) => Object.keys(refusals).length === 0).map(({ app }) => app)
        const allowed = (appId: string, service: string) =>
          kept.some(({ id, services: its }) => id === appId && Object.hasOwn(its, service))
        const isWrong = (step: Step) =>
          (step.kind === 'create-container' && !allowed(step.appId, step.service)) ||
          (step.kind === 'pull-image' && !step.services.every((it) => allowed(step.appId, it)))
        const begun = plan.steps.filter(isWrong)
        expect(begun).toEqual([])
        // What is refused has no say in what the others need.
        if (kept.length === fits.length) expect(breaches({ ...target, apps: kept }, current, plan)).toEqual([])
      }),
      { numRuns: 600 },
    )
  })
})

/** As liveFor, with the events of all rounds. */
function lived(world: TrialWorld, target: Target, rounds: number) {
  const { world: end, trace } = liveFor(world, target, rounds)
  return { world: end, trace, events: takeWatchedTurn(end, target).world.events }
}
