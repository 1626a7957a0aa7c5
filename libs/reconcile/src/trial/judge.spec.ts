import { describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import type { CurrentContainer } from '../current-state.js'
import type { DeviceMemory, Verdict } from '../memory.js'
import { APP_ID, imageOf, targetOf, type AppInput, type ServiceInput } from '../testing/targets.js'
import {
  liveFor,
  powerCut,
  remembering,
  restarted,
  takeWatchedTurn,
  withClock,
  type TrialWorld,
} from '../testing/trial-world.js'
import { confirmedDevice, requesting, seeing } from '../testing/updates.js'
import { containerOf, newDevice, withContainer, type Behaviour } from '../testing/world.js'

/*
 * What speaks against a release, rule by rule. Release 1 is well and confirmed, release 2 is what is tried.
 */

const one: AppInput = { release: 1, services: { web: {} } }
const two = (spec: ServiceInput = {}): AppInput => ({ release: 2, services: { web: { version: 2, ...spec } } })
const appMemory = ({ engine }: TrialWorld) => engine.current.memory?.[APP_ID]

/** A device that tries release 2, whose web behaves like this, for so many seconds. */
function trying(behaviour: Behaviour, seconds: number, spec: ServiceInput = {}): TrialWorld {
  const world = { ...confirmedDevice(one), behaviours: { [imageOf('web', 2)]: behaviour } }
  return liveFor(world, targetOf(two(spec)), seconds).world
}

/** The release is up and watched, and its web is as it should be. */
const watched = (spec: ServiceInput = {}) => trying({}, 8, spec)
const rejectionOf = (world: TrialWorld) => appMemory(world)?.rejected?.rejection
const reasonOf = (world: TrialWorld) => rejectionOf(world)?.reason

function verdictsOf(world: TrialWorld, target: Target): Verdict[] {
  return takeWatchedTurn(world, target).verdicts
}

function after(world: TrialWorld, changes: Partial<CurrentContainer>, spec: ServiceInput = {}): Verdict[] {
  return verdictsOf(withContainer(world, 'web', changes), targetOf(two(spec)))
}

describe('a release that is tried', () => {
  it('is confirmed once all of it was well for its confirm time, and not before', () => {
    const almost = liveFor(watched(), targetOf(two()), 57).world
    expect(appMemory(almost)?.good?.release.version).toBe('1.0.0')
    const { world } = liveFor(almost, targetOf(two()), 5)
    expect(appMemory(world)).toEqual({ good: targetOf(two()).apps[0] })
    expect(world.events).toEqual([
      { kind: 'release-confirmed', detail: { appId: APP_ID, releaseId: expect.any(String), version: '2.0.0' } },
    ])
  })

  it.each<[string, string | undefined, number]>([
    ['of its policy', undefined, 60],
    ['of its label', '20', 20],
    ['of its policy where the label makes no sense', 'soon', 60],
    ['of its label, in words of balena', '15', 15],
  ])('is confirmed after the time %s', (what, label, seconds) => {
    const name = what.includes('balena') ? 'io.balena.update.confirm-seconds' : 'io.flotilla.update.confirm-seconds'
    const target = targetOf(two(label === undefined ? {} : { labels: { [name]: label } }))
    let world: TrialWorld = liveFor(confirmedDevice(one), target, 6).world
    let wellMs = -1
    while (appMemory(world)?.trial) {
      wellMs = world.watches[APP_ID]?.wellMs ?? -1
      world = liveFor(world, target, 1).world
    }
    expect(wellMs).toBe(seconds * 1000 - 1000)
  })

  it('is confirmed as soon as it runs where the confirm time is none', () => {
    const target = targetOf(one)
    const hasty = { ...target, policy: { ...target.policy, confirmSeconds: 0 } }
    const { world } = liveFor(remembering(newDevice()), hasty, 8)
    expect(appMemory(world)?.good).toBeDefined()
  })

  it('is given up when it crashes again and again, and the device goes back', () => {
    const world = trying({ exitCode: 1 }, 30)
    expect(containerOf(world, 'web')).toMatchObject({ image: imageOf('web', 1), status: 'running' })
    expect(rejectionOf(world)?.code).toBe('crash-loop')
    expect(reasonOf(world)).toMatch(/^web ended with exit code 1, three times within \d+ seconds\.$/)
    expect(world.events.map(({ kind }) => kind)).toEqual(['release-rejected', 'rolled-back'])
  })

  it.each<[string, Behaviour, RegExp]>([
    ['ends by itself', { exitCode: 0 }, /^web ended by itself \(exit code 0\), three times within \d+ seconds\.$/],
    [
      'runs out of memory',
      { exitCode: 137, isOutOfMemory: true },
      /^web was killed because it ran out of memory, three times within \d+ seconds\.$/,
    ],
    ['is unhealthy', { hasHealthCheck: true, isUnhealthy: true }, /^web is unhealthy\.$/],
  ])('is given up when it %s', (_what, behaviour, reason) => {
    expect(reasonOf(trying(behaviour, 30))).toMatch(reason)
  })

  it('is given up at once when a service that is not restarted has failed', () => {
    const world = trying({ exitCode: 3 }, 12, { restart: { name: 'no' } })
    expect(rejectionOf(world)).toMatchObject({ code: 'exited', reason: 'web ended with exit code 3.' })
  })

  it('is well where a service that is not restarted has ended as it should', () => {
    const world = trying({ exitCode: 0 }, 80, { restart: { name: 'no' } })
    expect(appMemory(world)?.good?.release.version).toBe('2.0.0')
  })

  it('is given up after the third start that fails', () => {
    const failure: TrialWorld['failure'] = (step, { current }) =>
      step.kind === 'start-container' && current.containers.some(({ image }) => image === imageOf('web', 2))
        ? 'port is already allocated'
        : undefined
    const tries = (seconds: number) => liveFor({ ...confirmedDevice(one), failure }, targetOf(two()), seconds).world
    expect(rejectionOf(tries(20))).toBeUndefined()
    const { code, reason } = rejectionOf(tries(50)) ?? {}
    expect(code).toBe('cannot-start')
    expect(reason).toBe('web could not be started, three times: port is already allocated.')
  })

  it('is given up after one start that can never succeed', () => {
    const world = takeStepsUntil(confirmedDevice(one), targetOf(two()), 'start-container')
    const key = `start-container ${containerOf(world, 'web').id}`
    const attempts = { [key]: { count: 1, nextAt: 0, error: 'exec format error', isFinal: true } }
    const [verdict] = verdictsOf(seeing(world, { attempts }), targetOf(two()))
    expect(verdict?.reason).toBe('web could not be started: exec format error.')
  })

  it('is not blamed for a download that fails', () => {
    const failure: TrialWorld['failure'] = (step) => (step.kind === 'pull-image' ? 'no route to host' : undefined)
    const { world } = liveFor({ ...confirmedDevice(one), failure }, targetOf(two()), 300)
    expect(appMemory(world)).toMatchObject({ trial: { isPermitted: false, failures: 0 } })
    expect(appMemory(world)?.rejected).toBeUndefined()
  })

  it('is not blamed for one restart soon after the switch', () => {
    const world = withContainer(watched(), 'web', { restartCount: 1 })
    expect(appMemory(liveFor(world, targetOf(two()), 80).world)?.good?.release.version).toBe('2.0.0')
  })

  it('is given up for a restart shortly before the end', () => {
    const world = withContainer(liveFor(watched(), targetOf(two()), 40).world, 'web', { restartCount: 1 })
    const end = liveFor(world, targetOf(two()), 40).world
    expect(rejectionOf(end)).toMatchObject({ code: 'crash-loop' })
    expect(reasonOf(end)).toMatch(/^web ended and was restarted \d+ seconds before it would have been confirmed\.$/)
  })

  it('is not blamed for what an unchanged service did before', () => {
    const both: AppInput = { release: 1, services: { db: {}, web: {} } }
    const before = withContainer(confirmedDevice(both), 'db', { restartCount: 40 })
    const next: AppInput = { release: 2, services: { db: {}, web: { version: 2 } } }
    expect(appMemory(liveFor(before, targetOf(next), 80).world)?.good?.release.version).toBe('2.0.0')
  })

  it('is not blamed for an unchanged service that was unhealthy before', () => {
    const both: AppInput = { release: 1, services: { db: {}, web: {} } }
    const sick = { hasHealthCheck: true, isUnhealthy: true }
    const before = withContainer(confirmedDevice(both), 'db', { health: 'unhealthy' })
    const next: AppInput = { release: 2, services: { db: {}, web: { version: 2 } } }
    const { world } = liveFor({ ...before, behaviours: { db: sick } }, targetOf(next), 80)
    expect(appMemory(world)?.good?.release.version).toBe('2.0.0')
  })

  it('is blamed for an unchanged service that turns unhealthy after the switch, or again', () => {
    const both: AppInput = { release: 1, services: { db: {}, web: {} } }
    const next = targetOf({ release: 2, services: { db: {}, web: { version: 2 } } })
    const tried = liveFor(withContainer(confirmedDevice(both), 'db', { health: 'unhealthy' }), next, 10).world
    const well = liveFor(withContainer(tried, 'db', { health: 'healthy' }), next, 2).world
    expect(verdictsOf(withContainer(well, 'db', { health: 'unhealthy' }), next)).toMatchObject([{ code: 'unhealthy' }])
  })

  it('is watched for longer while its health is not known', () => {
    const starting = withContainer(watched(), 'web', { health: 'starting' })
    const world = liveFor(starting, targetOf(two()), 100).world
    expect(appMemory(world)).toMatchObject({ trial: { failures: 0 } })
    const healthy = liveFor(withContainer(world, 'web', { health: 'healthy' }), targetOf(two()), 2).world
    expect(appMemory(healthy)?.good?.release.version).toBe('2.0.0')
  })

  describe('of which a service says itself that it is well', () => {
    const labels = { 'io.flotilla.update.confirm': 'app' }
    const confirming = watched({ labels })

    it('is given up where it has not at the end', () => {
      const { world } = liveFor(confirming, targetOf(two({ labels })), 60)
      expect(rejectionOf(world)).toMatchObject({
        code: 'not-confirmed',
        reason: 'web did not confirm within 60 seconds that it is well.',
      })
    })

    it('is confirmed where it has', () => {
      const memory: DeviceMemory = confirming.engine.current.memory ?? {}
      const app = memory[APP_ID]!
      const said = seeing(confirming, {
        memory: { [APP_ID]: { ...app, trial: { ...app.trial!, confirmedBy: ['web'] } } },
      })
      expect(appMemory(liveFor(said, targetOf(two({ labels })), 60).world)?.good?.release.version).toBe('2.0.0')
    })
  })

  it('is given up when it does not come up in half an hour', () => {
    const stuck: AppInput = {
      release: 2,
      services: { web: { version: 2, dependsOn: { ghost: { condition: 'service_started' } } } },
    }
    const { world } = liveFor(confirmedDevice(one), targetOf(stuck), 6)
    const permitted = seeing(world, { memory: permittedMemory(world) })
    const later = liveFor(permitted, targetOf(stuck), 31 * 60 + 5).world
    expect(rejectionOf(later)).toMatchObject({
      code: 'too-slow',
      reason: 'Not all services were up after 31 minutes: web.',
    })
  })

  it('is not called slow for a download that takes its time after the stop', () => {
    const labels = { 'io.flotilla.update.strategy': 'kill-then-download' }
    const failure: TrialWorld['failure'] = (step) => (step.kind === 'pull-image' ? 'no route to host' : undefined)
    const { world } = liveFor({ ...confirmedDevice(one), failure }, targetOf(two({ labels })), 10)
    expect(appMemory(world)?.trial?.isPermitted).toBe(true)
    const { world: later } = takeWatchedTurn({ ...world, elapsedMs: 3 * 3_600_000 }, targetOf(two({ labels })))
    expect(rejectionOf(liveFor(later, targetOf(two({ labels })), 3).world)).toBeUndefined()
  })

  it('is not called slow for a service that somebody has stopped', () => {
    const world = requesting(watched(), { stopped: [`${APP_ID} web`] })
    const { world: later } = liveFor(world, targetOf(two()), 70)
    expect(rejectionOf(later)).toBeUndefined()
  })

  it('is given up when the board starts again and again in the middle of its watch', () => {
    let world = watched()
    for (let start = 0; start < 4; start++) world = liveFor(powerCut(world), targetOf(two()), 8).world
    expect(rejectionOf(world)).toBeUndefined()
    world = liveFor(powerCut(world), targetOf(two()), 20).world
    expect(rejectionOf(world)).toMatchObject({
      code: 'board-restarted',
      reason: 'The board or its supervisor started five times before the release could be confirmed.',
    })
  })

  it('is not blamed for what a power cut has ended, which is started again', () => {
    const restart = { name: 'no' as const }
    const cut = powerCut(watched({ restart }))
    const { world, trace } = liveFor(cut, targetOf(two({ restart })), 70)
    expect(trace[0]).toBe('start web')
    expect(appMemory(world)?.good?.release.version).toBe('2.0.0')
  })

  it('is blamed when it then ends in the same way by itself', () => {
    const restart = { name: 'no' as const }
    const cut = liveFor(powerCut(watched({ restart })), targetOf(two({ restart })), 2).world
    expect(after(cut, { status: 'exited', exitCode: 255, finishedAt: cut.engine.clock }, { restart })).toMatchObject([
      { code: 'exited' },
    ])
  })

  it('is watched anew after a restart of the supervisor, with its restarts still counted', () => {
    const world = restarted(withContainer(watched(), 'web', { restartCount: 2 }))
    expect(appMemory(world)?.trial?.starts).toBe(1)
    const seen = liveFor(world, targetOf(two()), 1).world
    expect(seen.watches[APP_ID]?.wellMs).toBe(0)
    expect(after(liveFor(seen, targetOf(two()), 1).world, { restartCount: 3 })).toMatchObject([{ code: 'crash-loop' }])
  })

  it('is neither confirmed nor given up by a clock that jumps', () => {
    const ahead = liveFor(withClock(watched(), 40 * 86_400_000), targetOf(two()), 20).world
    expect(appMemory(ahead)?.trial).toBeDefined()
    const back = liveFor(withClock(ahead, -80 * 86_400_000), targetOf(two()), 20).world
    expect(appMemory(back)?.trial).toBeDefined()
    expect(appMemory(liveFor(back, targetOf(two()), 30).world)?.good?.release.version).toBe('2.0.0')
  })
})

describe('a good release', () => {
  it.each<[string, Behaviour]>([
    ['crashes', { exitCode: 1 }],
    ['is unhealthy', { hasHealthCheck: true, isUnhealthy: true }],
  ])('is never judged, also when it %s', (_what, behaviour) => {
    const world = { ...confirmedDevice(one), behaviours: { web: behaviour } }
    const end = liveFor(world, targetOf(one), 100).world
    expect(appMemory(end)).toMatchObject({ good: { release: { version: '1.0.0' } } })
    expect(end.events).toEqual([])
  })
})

function permittedMemory({ engine }: TrialWorld): DeviceMemory {
  const app = engine.current.memory![APP_ID]!
  return { [APP_ID]: { ...app, trial: { ...app.trial!, isPermitted: true } } }
}

function takeStepsUntil(world: TrialWorld, target: Target, kind: string): TrialWorld {
  for (let round = 0; round < 20; round++) {
    const turn = takeWatchedTurn(world, target)
    if (turn.plan.steps.some((step) => step.kind === kind)) return { ...world, watches: turn.world.watches }
    world = turn.world
  }
  throw new Error(`There was no ${kind}.`)
}
