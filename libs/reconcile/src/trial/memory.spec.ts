import { describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import { DeviceMemorySchema } from '../memory.js'
import { differences } from '../testing/oracle.js'
import { APP_ID, imageOf, OTHER_APP_ID, targetOf, type AppInput } from '../testing/targets.js'
import { liveFor, remembering, takeWatchedTurn, withClock, type TrialWorld } from '../testing/trial-world.js'
import { confirmedDevice, requesting, seeing } from '../testing/updates.js'
import { containerOf, newDevice, withContainer } from '../testing/world.js'
import { advance } from './advance.js'
import { appFingerprint } from './app-fingerprint.js'
import { effectiveTarget } from './effective-target.js'

/*
 * What a device remembers while releases come and go. Version 3 of web crashes; all others are well.
 */

const behaviours = { [imageOf('web', 3)]: { exitCode: 1 }, [imageOf('web', 4)]: { exitCode: 1 } }
const appOf = (release: number, version: number, environment = {}): AppInput => ({
  release,
  services: { web: { version, environment } },
})
const one = targetOf(appOf(1, 1))
const bad = targetOf(appOf(2, 3))
const appMemory = ({ engine }: TrialWorld) => engine.current.memory?.[APP_ID]
const kinds = ({ events }: TrialWorld) => events.map(({ kind }) => kind)
const atOne = () => confirmedDevice(appOf(1, 1), behaviours)
const live = (world: TrialWorld, target: Target, rounds = 40) => liveFor(world, target, rounds).world
const givenUp = () => live(atOne(), bad)

describe('the memory of an app', () => {
  it('begins a trial for another release, and for the same one with other variables', () => {
    for (const target of [targetOf(appOf(2, 1)), targetOf(appOf(1, 1, { A: '1' }))]) {
      expect(appMemory(live(atOne(), target, 1))?.trial).toMatchObject({ fingerprint: appFingerprint(target.apps[0]!) })
    }
  })

  it('begins none for another generation, another name, or more facts about an image', () => {
    const world = atOne()
    const [app] = one.apps
    const web = app!.services.web!
    const renamed = { ...app!, name: 'climate', services: { web: { ...web, image: { ...web.image, sizeBytes: 7 } } } }
    const target = { ...one, generation: 99, apps: [renamed] }
    expect(appMemory(live(world, target, 3))).toEqual(appMemory(world))
  })

  it('says whether it has changed, so that a device at rest writes nothing', () => {
    const { engine, watches } = live(atOne(), one, 5)
    const times = { now: engine.clock, elapsedMs: 1000 }
    expect(advance(one, { ...engine.current, watches }, times).isChanged).toBe(false)
    expect(advance(bad, { ...engine.current, watches }, times).isChanged).toBe(true)
  })

  it('calls nothing good while a service of it is down, however long ago it came up', () => {
    const two = targetOf(appOf(2, 2))
    const paused = withContainer(live(atOne(), two, 10), 'web', { status: 'paused' })
    const { world } = takeWatchedTurn({ ...paused, elapsedMs: 80_000 }, two)
    expect(appMemory(world)?.good).toEqual(one.apps[0])
  })

  it('survives the disk as it is', () => {
    const { memory } = givenUp().engine.current
    expect(DeviceMemorySchema.parse(JSON.parse(JSON.stringify(memory)))).toEqual(memory)
  })

  it('forgets failed steps when a trial begins, before it judges by them', () => {
    const { engine } = live(atOne(), one, 5)
    const advanced = advance(bad, engine.current, { now: engine.clock, elapsedMs: 0 })
    expect(advanced).toMatchObject({ forgetAttempts: true, verdicts: [] })
    const again = advance(bad, { ...engine.current, memory: advanced.memory }, { now: engine.clock, elapsedMs: 0 })
    expect(again.forgetAttempts).toBe(false)
  })
})

describe('a release that was given up', () => {
  it('is not tried again, whatever the generation', () => {
    const { world, trace } = liveFor(givenUp(), { ...bad, generation: 77 }, 400)
    expect(trace).toEqual([])
    expect(kinds(world)).toEqual(['release-rejected', 'rolled-back'])
    expect(containerOf(world, 'web').image).toBe(imageOf('web', 1))
  })

  it('does not keep another one from being tried', () => {
    const next = targetOf(appOf(3, 2))
    const world = live(givenUp(), next, 80)
    expect(appMemory(world)).toEqual({ good: next.apps[0] })
  })

  it('is tried again with other variables', () => {
    const other = live(givenUp(), targetOf(appOf(2, 3, { A: '1' })))
    expect(kinds(other).filter((kind) => kind === 'release-rejected')).toHaveLength(2)
  })

  it('is forgotten when the target goes back to the last good one by itself', () => {
    expect(appMemory(live(givenUp(), one, 2))).toEqual({ good: one.apps[0] })
  })

  it('has its images removed, and those of the last good one kept', () => {
    expect(givenUp().engine.current.images).toEqual([imageOf('web', 1)])
  })

  it('gives way although an image of the last good one has to be fetched again', () => {
    const watched = live(atOne(), bad, 5)
    const images = watched.engine.current.images.filter((image) => image !== imageOf('web', 1))
    const world = live(seeing(watched, { images }), bad, 60)
    expect(differences(one, world.engine.current)).toEqual([])
  })
})

describe('a release that is forced', () => {
  const policyForcing = { ...bad, policy: { ...bad.policy, forcedReleaseId: bad.apps[0]!.release.id } }
  const rejections = (world: TrialWorld) => kinds(world).filter((kind) => kind === 'release-rejected').length
  const request = (world: TrialWorld) => requesting(world, { forced: { [APP_ID]: appFingerprint(bad.apps[0]!) } })

  it('is tried once more for each request, which is then spent', () => {
    const once = live(request(givenUp()), bad, 60)
    expect(rejections(once)).toBe(2)
    expect(once.engine.current.requests?.forced).toEqual({})
    expect(rejections(live(request(once), bad, 60))).toBe(3)
  })

  it('is tried once more for the policy, until that is taken back and set anew', () => {
    const once = live(givenUp(), policyForcing, 100)
    expect(rejections(once)).toBe(2)
    const takenBack = live(once, bad, 3)
    expect(rejections(live(takenBack, policyForcing, 60))).toBe(3)
  })

  it('is tried for a request while the policy has had its effect', () => {
    const once = live(givenUp(), policyForcing, 60)
    expect(rejections(live(request(once), policyForcing, 60))).toBe(3)
  })

  it('is not tried again for the force that it was tried with', () => {
    expect(rejections(live(atOne(), policyForcing, 200))).toBe(1)
  })

  it('leaves no request behind for what is no longer the target', () => {
    const world = live(request(atOne()), targetOf(appOf(3, 2)), 2)
    expect(world.engine.current.requests?.forced).toEqual({})
  })
})

describe('a first release', () => {
  const first = (seconds: number) => live(remembering(newDevice(behaviours)), bad, seconds)

  it('that fails is tried again, less and less often, and says so', () => {
    const world = first(30)
    expect(kinds(world)).toEqual(['release-failing'])
    expect(appMemory(world)?.trial).toMatchObject({ failures: 1, lastFailure: { code: 'crash-loop' } })
    const failures = (seconds: number) => appMemory(live(world, bad, seconds))?.trial?.failures
    expect(failures(30)).toBe(1)
    expect(failures(100)).toBe(2)
    expect(failures(160)).toBe(2)
    expect(failures(300)).toBe(3)
  })

  it('that is mended is confirmed', () => {
    const next = targetOf(appOf(3, 2))
    expect(appMemory(live(first(30), next, 80))).toEqual({ good: next.apps[0] })
  })

  it('whose service ends for good is started again at each try', () => {
    const once: AppInput = { release: 2, services: { web: { version: 3, restart: { name: 'no' } } } }
    const target = targetOf(once)
    const { world, trace } = liveFor(remembering(newDevice(behaviours)), target, 250)
    expect(trace.filter((line) => line === 'start web')).toHaveLength(3)
    expect(appMemory(world)?.trial?.failures).toBe(3)
  })

  it('is not held for years by a clock that was set back', () => {
    const world = withClock(first(30), -500_000)
    const before = appMemory(world)!
    const late = { ...before, trial: { ...before.trial!, retryAt: world.engine.clock + 9e9 } }
    const next = live(seeing(world, { memory: { [APP_ID]: late } }), bad, 15)
    expect(appMemory(next)?.trial?.failures).toBe(2)
  })

  it('of a device that lost its memory is confirmed without a restart', () => {
    const world = seeing(confirmedDevice(appOf(1, 1)), { memory: {} })
    const before = containerOf(world, 'web').id
    const { world: later, trace } = liveFor(world, one, 70)
    expect(trace).toEqual([])
    expect(containerOf(later, 'web').id).toBe(before)
    expect(appMemory(later)?.good).toEqual(one.apps[0])
  })
})

describe('a target that changes in the middle of a switch', () => {
  it('leaves the last good release what it was', () => {
    const world = live(atOne(), targetOf(appOf(2, 2)), 8)
    const next = live(world, bad, 40)
    expect(appMemory(next)?.good).toEqual(one.apps[0])
    expect(containerOf(next, 'web').image).toBe(imageOf('web', 1))
  })

  it('makes the last good release whole again where a service is gone and the next is far away', () => {
    let world = atOne()
    const two = targetOf(appOf(2, 2))
    while (world.engine.current.containers.length > 0) world = takeWatchedTurn(world, two).world
    const failure: TrialWorld['failure'] = (step) => (step.kind === 'pull-image' ? 'no route to host' : undefined)
    const next = live({ ...world, failure }, targetOf(appOf(5, 5)), 10)
    expect(containerOf(next, 'web')).toMatchObject({ image: imageOf('web', 1), status: 'running' })
    expect(appMemory(next)).toMatchObject({ trial: { version: '5.0.0', isPermitted: false } })
  })
})

describe('apps that come and go', () => {
  it('are forgotten once nothing of them is left', () => {
    const moved = targetOf({ id: OTHER_APP_ID, services: { radio: {} } })
    const world = live(atOne(), moved, 12)
    expect(Object.keys(world.engine.current.memory ?? {})).toEqual([OTHER_APP_ID])
  })

  it('are remembered while their containers are still there', () => {
    const { engine } = atOne()
    const { memory } = advance(targetOf(), engine.current, { now: engine.clock, elapsedMs: 0 })
    expect(memory[APP_ID]).toEqual({ good: one.apps[0] })
  })

  it('are judged one by one', () => {
    const two = (version: number): Target =>
      targetOf(appOf(version, version), { id: OTHER_APP_ID, release: version, services: { radio: { version } } })
    const before = live(remembering(newDevice(behaviours)), two(1), 80)
    const { memory = {} } = live(before, two(3), 90).engine.current
    expect(memory[APP_ID]).toMatchObject({ rejected: { isBack: true } })
    expect(memory[OTHER_APP_ID]).toEqual({ good: two(3).apps[1] })
  })
})

describe('the effective target', () => {
  it('has the last good release in the place of one that was given up, and nothing else changed', () => {
    const { memory } = givenUp().engine.current
    expect(effectiveTarget(bad, memory)).toEqual({ ...bad, apps: one.apps })
    expect(effectiveTarget(one, memory)).toEqual(one)
    expect(effectiveTarget(bad, undefined)).toBe(bad)
  })
})
