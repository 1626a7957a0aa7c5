import { describe, expect, it } from '@jest/globals'
import type { CurrentContainer } from './current-state.js'
import { emptyEngine, withCurrent } from './testing/fake-engine.js'
import { imageOf, targetOf, type ServiceInput } from './testing/targets.js'
import {
  containerOf,
  deviceRunning,
  newDevice,
  nextSteps,
  nextWaits,
  settle,
  withContainer,
  type World,
} from './testing/world.js'

type Dependency = NonNullable<ServiceInput['dependsOn']>[string]

/** web depends on db; db is in the given state, web has stopped. */
function dbIs(changes: Partial<CurrentContainer>, db: ServiceInput = {}): World {
  const world = deviceRunning({ services: { db, web: {} } })
  return withContainer(withContainer(world, 'db', changes), 'web', { status: 'exited', exitCode: 0 })
}

function webNeeds(dependency: Dependency, db: ServiceInput = {}) {
  return targetOf({ services: { db, web: { dependsOn: { db: dependency } } } })
}

const noRestart: ServiceInput = { restart: { name: 'no' } }
const failed = { status: 'exited', exitCode: 1 } as const
const done = { status: 'exited', exitCode: 0 } as const

describe('a service that depends on another one', () => {
  it.each<[Dependency['condition'], Partial<CurrentContainer>, string]>([
    ['service_started', { status: 'running' }, 'starts'],
    ['service_started', { status: 'running', health: 'unhealthy' }, 'starts'],
    ['service_started', done, 'starts'],
    ['service_started', failed, 'starts'],
    ['service_healthy', { status: 'running', health: 'healthy' }, 'starts'],
    ['service_healthy', { status: 'running', health: 'starting' }, 'web waits for db to be healthy: it is starting.'],
    ['service_healthy', { status: 'running', health: 'unhealthy' }, 'web waits for db to be healthy: it is unhealthy.'],
    ['service_healthy', { status: 'running' }, 'web waits for db to be healthy: it has no health check.'],
    ['service_healthy', done, 'web waits for db to be healthy: it does not run.'],
    ['service_completed_successfully', done, 'starts'],
    ['service_completed_successfully', failed, 'web waits for db to complete: it ended with exit code 1.'],
    ['service_completed_successfully', { status: 'running' }, 'web waits for db to complete: it still runs.'],
  ])('on the condition %s, beside one that is %j: %s', (condition, state, outcome) => {
    const world = dbIs(state, noRestart)
    const target = webNeeds({ condition }, noRestart)
    expect(nextSteps(world, target)).toEqual(outcome === 'starts' ? ['start web'] : [])
    expect(nextWaits(world, target)).toEqual(outcome === 'starts' ? [] : [outcome])
  })

  it('waits for one that is only created', () => {
    const world = dbIs({ status: 'created' })
    expect(nextSteps(world, webNeeds({ condition: 'service_started' }))).toEqual(['start db'])
    expect(nextWaits(world, webNeeds({ condition: 'service_started' }))).toEqual([
      'web waits for db to start: it has not started.',
    ])
  })

  it('does not wait for an optional one that its release does not have', () => {
    const target = targetOf({
      services: { web: { dependsOn: { ghost: { condition: 'service_started', required: false } } } },
    })
    expect(settle(newDevice(), target).trace.at(-1)).toBe('start web')
  })

  it.each<[Dependency['condition'], Partial<CurrentContainer>]>([
    ['service_healthy', { status: 'running', health: 'unhealthy' }],
    ['service_healthy', done],
    ['service_completed_successfully', failed],
  ])('on the optional condition %s starts all the same beside one that is %j', (condition, state) => {
    expect(nextSteps(dbIs(state, noRestart), webNeeds({ condition, required: false }, noRestart))).toEqual([
      'start web',
    ])
  })

  it('still waits for an optional one that is on its way', () => {
    const target = webNeeds({ condition: 'service_healthy', required: false })
    expect(nextSteps(dbIs({ status: 'running', health: 'starting' }), target)).toEqual([])
  })

  it('does not wait for an optional one that fails to start', () => {
    const world = dbIs({ status: 'created' })
    const key = `start-container ${containerOf(world, 'db').id}`
    const attempts = { [key]: { count: 1, nextAt: world.engine.clock + 60_000, error: 'no such device' } }
    const failing = { engine: withCurrent(world.engine, { attempts }) }
    expect(nextSteps(failing, webNeeds({ condition: 'service_started', required: false }))).toEqual(['start web'])
    expect(nextSteps(failing, webNeeds({ condition: 'service_started' }))).toEqual([])
  })

  it('is made anew with it where it asks for that, and left alone where it does not', () => {
    const app = (version: number, restart: boolean) => ({
      services: { db: { version }, web: { dependsOn: { db: { condition: 'service_started' as const, restart } } } },
    })
    const made = (restart: boolean) => {
      const before = deviceRunning(app(1, restart))
      const { world } = settle(before, targetOf(app(2, restart)))
      return containerOf(world, 'web').id === containerOf(before, 'web').id
    }
    expect(made(true)).toBe(false)
    expect(made(false)).toBe(true)
  })

  it('is made anew where it asks for that and somebody has removed the other', () => {
    const app = {
      services: { db: {}, web: { dependsOn: { db: { condition: 'service_started' as const, restart: true } } } },
    }
    const { engine } = deviceRunning(app)
    const withoutDb = engine.current.containers.filter(({ service }) => service !== 'db')
    const { trace } = settle({ engine: withCurrent(engine, { containers: withoutDb }) }, targetOf(app))
    expect(trace).toEqual(['create db', 'start db', 'stop web', 'remove web', 'create web', 'start web'])
  })

  it('waits with a reason for one that its release does not have', () => {
    const target = targetOf({ services: { web: { dependsOn: { ghost: { condition: 'service_started' } } } } })
    const { trace, plan } = settle(newDevice(), target)
    expect(trace).toEqual(['pull web', 'create-network default'])
    expect(plan.waits.map(({ reason }) => reason)).toEqual([
      'web waits for ghost to start: there is no such service in its release.',
    ])
  })

  it('waits for one that is missing, also where every object seems to have it', () => {
    const target = targetOf({
      services: {
        web: { dependsOn: { api: { condition: 'service_started', required: false } } },
        api: { dependsOn: { toString: { condition: 'service_started' as const } } },
      },
    })
    expect(settle(newDevice(), target).plan.waits.map(({ reason }) => reason)).toContain(
      'api waits for toString to start: there is no such service in its release.',
    )
  })

  it('waits with a reason in a ring, and its old containers run on', () => {
    const ring = (version: number) =>
      targetOf({
        services: {
          a: { version, dependsOn: { b: { condition: 'service_started' } } },
          b: { version, dependsOn: { a: { condition: 'service_started' } } },
        },
      })
    const before = deviceRunning({ services: { a: {}, b: {} } })
    const { plan, world } = settle(before, ring(2))
    expect(plan.waits.map(({ reason }) => reason)).toEqual([
      'a waits for b to start: they wait for each other: b → a → b.',
      'b waits for a to start: they wait for each other: a → b → a.',
    ])
    expect(world.engine.current.containers).toEqual(before.engine.current.containers)
  })

  it('breaks a ring where one wish in it is optional', () => {
    const target = targetOf({
      services: {
        a: { dependsOn: { b: { condition: 'service_started', required: false } } },
        b: { dependsOn: { a: { condition: 'service_started' } } },
      },
    })
    expect(settle(newDevice(), target).trace.slice(2)).toEqual(['create a', 'start a', 'create b', 'start b'])
  })

  it('takes the present container for the dependency as long as images are missing', () => {
    const before = dbIs({ status: 'running' })
    const target = targetOf({
      services: { db: { version: 2 }, web: { dependsOn: { db: { condition: 'service_started' } } } },
    })
    const engine = withCurrent(before.engine, { downloading: [imageOf('db', 2)] })
    expect(nextSteps({ engine }, target)).toEqual(['start web'])
  })
})

describe('a service in another one’s namespace', () => {
  it.each(['networkMode', 'ipc', 'pid'] as const)('by %s is created after it, with the id of its container', (mode) => {
    const target = targetOf({ services: { app: { [mode]: 'service:vpn' }, vpn: {} } })
    let spec: unknown
    const world: World = {
      engine: emptyEngine(),
      failure: (step) => void (step.kind === 'create-container' && step.service === 'app' && (spec = step.spec)),
    }
    const { trace, world: end } = settle(world, target)
    expect(trace.slice(-4)).toEqual(['create vpn', 'start vpn', 'create app', 'start app'])
    expect(spec).toMatchObject({ joins: { vpn: containerOf(end, 'vpn').id } })
  })

  it('waits until the other runs, whatever it otherwise asks of it', () => {
    const target = targetOf({ services: { vpn: noRestart, app: { networkMode: 'service:vpn' } } })
    const world = deviceRunning({ services: { vpn: noRestart } })
    expect(nextWaits(settle(withContainer(world, 'vpn', done), target).world, target)).toEqual([
      'app waits for vpn to start: it does not run.',
    ])
  })

  it('is not restarted because of a start that lies in the future: the clock was set back since', () => {
    const app = { services: { vpn: {}, app: { networkMode: 'service:vpn' } } }
    const world = deviceRunning(app)
    const later = withContainer(world, 'vpn', { startedAt: world.engine.clock + 60_000 })
    expect(nextSteps(later, targetOf(app))).toEqual([])
  })
})
