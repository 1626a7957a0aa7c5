import { describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import type { CurrentState } from '../current-state.js'
import type { Step } from '../plan.js'
import { APP_ID, imageOf, targetOf, withPolicy, type AppInput, type ServiceInput } from '../testing/targets.js'
import { liveFor, restarted, takeWatchedTurn, type TrialWorld } from '../testing/trial-world.js'
import { confirmedDevice, planOf, reasonsOf, seeing, stepsOf, trialOfApp, untilSettled } from '../testing/updates.js'
import { containerOf, withContainer } from '../testing/world.js'

const STRATEGIES = ['download-then-kill', 'kill-then-download', 'delete-then-download', 'hand-over'] as const

function labelled(strategy: string, service: ServiceInput = {}): ServiceInput {
  return { ...service, labels: { 'io.flotilla.update.strategy': strategy } }
}

function imageOfContainer({ containers }: CurrentState, step: Step): string | undefined {
  return containers.find(({ id }) => 'id' in step && id === step.id)?.image
}

function app(release: number, strategy: string, others: AppInput['services'] = {}): AppInput {
  return { release, services: { web: labelled(strategy, { version: release }), ...others } }
}

/** The lines of an update and of its confirmation. */
function update(from: AppInput, to: AppInput, change = (world: TrialWorld) => world) {
  return liveFor(change(confirmedDevice(from)), targetOf(to), 140)
}

describe('the strategy', () => {
  it('download-then-kill fetches everything before the first stop', () => {
    const db = (version: number) => ({ db: { version, dependsOn: {} } })
    expect(update(app(1, 'download-then-kill', db(1)), app(2, 'download-then-kill', db(2))).trace).toEqual([
      'pull db, pull web',
      'begin-switch',
      'stop db, stop web',
      'remove db, remove web',
      'create db, create web',
      'start db, start web',
      'remove-image db, remove-image web',
    ])
  })

  it('kill-then-download stops its service, then fetches its image beside the old one', () => {
    expect(update(app(1, 'kill-then-download'), app(2, 'kill-then-download')).trace).toEqual([
      'begin-switch',
      'stop web',
      'remove web',
      'pull web',
      'create web',
      'start web',
      'remove-image web',
    ])
  })

  it('delete-then-download removes the old image where both do not fit, or where nobody knows', () => {
    const expected = [
      'begin-switch',
      'stop web',
      'remove web',
      'remove-image web',
      'pull web',
      'create web',
      'start web',
    ]
    const updated = (freeBytes: number | undefined) =>
      update(app(1, 'delete-then-download'), app(2, 'delete-then-download'), (world) =>
        seeing(world, freeBytes === undefined ? {} : { disk: { freeBytes } }),
      ).trace
    expect(updated(undefined)).toEqual(expected)
    expect(updated(204_000_000)).toEqual(
      expected.filter((line) => line !== 'remove-image web').concat('remove-image web'),
    )
    expect(updated(203_999_999).slice(0, 4)).toEqual(expected.slice(0, 4))
  })

  it('hand-over runs the next container beside the former one until that one may go', () => {
    const { trace, world } = liveFor(confirmedDevice(app(1, 'hand-over')), targetOf(app(2, 'hand-over')), 10)
    expect(trace).toEqual(['pull web', 'begin-switch', 'create web', 'start web'])
    expect(world.engine.current.containers.map(({ status }) => status)).toEqual(['running', 'running'])
    expect(reasonsOf(world, targetOf(app(2, 'hand-over')))).toContain(
      'The former container of web stays until the new one has taken over.',
    )
  })
})

describe('a hand-over', () => {
  const target = targetOf(app(2, 'hand-over'))
  const both = liveFor(confirmedDevice(app(1, 'hand-over')), target, 6).world
  const next = both.engine.current.containers.find(({ image }) => image === imageOf('web', 2))!
  const former = both.engine.current.containers.find(({ image }) => image === imageOf('web', 1))!
  const with2 = (changes: Partial<typeof next>): TrialWorld =>
    seeing(both, {
      containers: [
        { ...former, startedAt: 1 },
        { ...next, ...changes },
      ],
    })

  it('ends when the next one says that it has taken over', () => {
    expect(stepsOf(both, target)).toEqual([])
    expect(planOf(with2({ hasTakenOver: true }), target).steps).toMatchObject([
      { kind: 'stop-container', id: former.id, reason: 'another container has taken its place' },
    ])
  })

  it('ends when its time is up', () => {
    const { clock } = both.engine
    expect(planOf(with2({ startedAt: clock - 59_000 }), target).waits).toMatchObject([
      { for: 'take-over', until: clock + 1000 },
    ])
    expect(stepsOf(with2({ startedAt: clock - 60_000 }), target)).toEqual(['stop web'])
  })

  it('has as much time as its label gives it', () => {
    const labels = { 'io.balena.update.strategy': 'hand-over', 'io.balena.update.handover-timeout': '3000' }
    const to = targetOf({ release: 2, services: { web: { version: 2, labels } } })
    const { trace } = liveFor(confirmedDevice(app(1, 'hand-over')), to, 12)
    expect(trace.slice(2)).toEqual(['create web', 'start web', 'stop web', 'remove web'])
  })

  it('does not end what works for what does not', () => {
    const startedAt = both.engine.clock - 100_000
    expect(stepsOf(with2({ startedAt, health: 'unhealthy' }), target)).toEqual([])
    expect(stepsOf(with2({ startedAt, health: 'starting' }), target)).toEqual([])
    expect(stepsOf(with2({ startedAt, status: 'restarting' }), target)).toEqual([])
    expect(stepsOf(with2({ startedAt, status: 'exited', exitCode: 1 }), target)).toEqual(['start web'])
    expect(stepsOf(with2({ startedAt, health: 'healthy' }), target)).toEqual(['stop web'])
  })

  it('is not drawn out by a start that lies in the future: the clock was set back since', () => {
    expect(stepsOf(with2({ startedAt: both.engine.clock + 1 }), target)).toEqual(['stop web'])
  })

  it('goes back at once, without the failed one beside the good one', () => {
    const back = targetOf(app(1, 'hand-over'))
    expect(planOf(both, back).steps).toMatchObject([{ kind: 'stop-container', id: next.id }])
    const alone = liveFor(with2({ hasTakenOver: true }), target, 3)
    expect(alone.trace).toEqual(['stop web', 'remove web'])
    const crashing = { ...alone.world, behaviours: { [imageOf('web', 2)]: { exitCode: 1 } } }
    const { trace } = liveFor(crashing, target, 30)
    expect(trace.slice(0, 4)).toEqual(['stop web', 'remove web', 'create web', 'start web'])
  })
})

describe('strategies within one app', () => {
  const services = (version: number): AppInput['services'] => ({
    api: { version },
    cam: labelled('kill-then-download', { version, dependsOn: { db: { condition: 'service_started' } } }),
    db: labelled('kill-then-download', { version }),
    tidy: { version, restart: { name: 'no' } },
    web: labelled('hand-over', { version }),
  })
  const from: AppInput = { release: 1, services: services(1) }
  const to: AppInput = { release: 2, services: services(2) }

  it('go side by side: prefetched first, stopped early in reverse order, the rest as late as can be', () => {
    const device = confirmedDevice(from, { tidy: { exitCode: 0 } })
    expect(liveFor(device, targetOf(to), 12).trace).toEqual([
      'pull api, pull tidy, pull web',
      'begin-switch',
      'stop cam',
      'stop db, remove cam',
      'pull cam, remove db',
      'pull db',
      'stop api, remove tidy, create db, create web',
      'remove api, start db, create tidy, start web',
      'create api, create cam, start tidy',
      'start api, start cam',
    ])
  })

  it('stop nothing early that an image has no room for', () => {
    const device = seeing(confirmedDevice(from, { tidy: { exitCode: 0 } }), { disk: { freeBytes: 212_000_000 } })
    const { trace, world } = liveFor(device, targetOf(to), 1)
    expect(trace).toEqual(['pull api, pull tidy, pull web'])
    const full = seeing(world, { disk: { freeBytes: 207_999_999 } })
    expect(stepsOf(full, targetOf(to))).toEqual([])
    expect(reasonsOf(full, targetOf(to))).toContain(
      'Release 2.0.0 does not fit: with its downloads (cam and db) 8.0 MB are needed and 200 MB must stay free, but only ' +
        '210 MB are free.',
    )
    expect(liveFor(seeing(world, { disk: { freeBytes: 208_000_000 } }), targetOf(to), 2).trace[0]).toBe('begin-switch')
  })

  it('keep alive during a download what has not stopped for it', () => {
    const target = targetOf(to)
    let world = confirmedDevice(from, { tidy: { exitCode: 0 } })
    while (!world.engine.current.containers.every(({ service }) => service !== 'db')) {
      world = takeWatchedTurn(world, target).world
    }
    const downloading = seeing(world, { downloading: [imageOf('cam', 2), imageOf('db', 2)] })
    const crashed = withContainer(downloading, 'api', { status: 'exited', exitCode: 1 })
    expect(stepsOf(crashed, target)).toEqual(['start api'])
  })

  it.each(STRATEGIES)('%s keeps its service alive while another one’s image is on its way', (strategy) => {
    const device = confirmedDevice(app(1, strategy, { db: {} }))
    const target = targetOf(app(2, strategy, { db: { version: 2 } }))
    const downloading = seeing(device, { downloading: [imageOf('web', 2), imageOf('db', 2)] })
    expect(stepsOf(withContainer(downloading, 'web', { status: 'exited', exitCode: 1 }), target)).toEqual(['start web'])
    expect(stepsOf(withContainer(downloading, 'db', { status: 'exited', exitCode: 1 }), target)).toEqual(['start db'])
  })
})

describe.each(STRATEGIES)('in the middle of an update by %s', (strategy) => {
  const needs = { dependsOn: { db: { condition: 'service_started' as const } } }
  const labels = { 'io.flotilla.update.strategy': strategy, 'io.flotilla.update.handover-timeout': '2000' }
  const appOf = (version: number): AppInput => ({
    release: version,
    services: { web: { version, labels, ...needs }, db: { version, labels } },
  })
  const quick = { confirmSeconds: 3 }
  const before = withPolicy(targetOf(appOf(1)), quick)
  const to = withPolicy(targetOf(appOf(2)), quick)
  const device = confirmedDevice(appOf(1))
  const rounds = liveFor(device, to, 40).trace.length + 3
  const running = (release: number) => ({ [imageOf('web', release)]: 'running', [imageOf('db', release)]: 'running' })

  function after(world: TrialWorld, target: Target): Record<string, string> {
    const { containers } = untilSettled(world, target).engine.current
    return Object.fromEntries(containers.map(({ image, status }) => [image, status]))
  }

  it('a power cut at any moment changes nothing but the time that it takes', () => {
    for (let cut = 0; cut <= rounds; cut++) {
      const world = restarted(liveFor(device, to, cut).world)
      expect(after(world, to)).toEqual(running(2))
    }
  })

  it('the way back is open at any moment, for a new target and for a release that fails', () => {
    for (let cut = 0; cut <= rounds; cut++) {
      const { world } = liveFor(device, to, cut)
      expect(after(world, before)).toEqual(running(1))
    }
    const failing = { ...device, behaviours: { [imageOf('web', 2)]: { exitCode: 3 } } }
    expect(after(failing, to)).toEqual(running(1))
  })

  it.each(['create-container', 'start-container'])('it goes back from where a %s fails for good', (kind) => {
    const failure: TrialWorld['failure'] = (step, { current }) => {
      if (step.kind !== kind || !('service' in step) || step.service !== 'web') return undefined
      const image = step.kind === 'create-container' ? step.spec.image : imageOfContainer(current, step)
      return image === imageOf('web', 2) ? 'no such device' : undefined
    }
    expect(after({ ...device, failure }, to)).toEqual(running(1))
  })

  it('nothing stops before the switch is permitted, and that is none while one of its services is locked', () => {
    for (const service of ['web', 'db']) {
      const locked = seeing(device, { locks: [{ appId: APP_ID, service, by: 'file' }] })
      const { world, trace } = liveFor(locked, to, 40)
      expect(trace.every((line) => line.split(', ').every((step) => step.startsWith('pull ')))).toBe(true)
      expect(world.engine.current.containers).toEqual(device.engine.current.containers)
      expect(trialOfApp(world)?.isPermitted).toBe(false)
      expect(after(seeing(world, { locks: [] }), to)).toEqual(running(2))
    }
  })

  it('no window and no lock holds up what was permitted', () => {
    const target = withPolicy(to, {
      switchWindows: [{ from: '02:00', to: '04:00' }],
      downloadWindows: [{ from: '02:00', to: '04:00' }],
    })
    let world = device
    while (!trialOfApp(world)?.isPermitted) world = takeWatchedTurn(world, to).world
    const locks = ['web', 'db'].map((service) => ({ appId: APP_ID, service, by: 'file' as const }))
    expect(after(seeing(world, { locks, localTime: false }), target)).toEqual(running(2))
    expect(containerOf(liveFor(world, target, 40).world, 'web').image).toBe(imageOf('web', 2))
  })
})
