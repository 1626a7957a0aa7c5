import { describe, expect, it } from '@jest/globals'
import type { CurrentContainer } from '../current-state.js'
import { planNextSteps } from '../plan-next-steps.js'
import { changeContainer, withCurrent } from '../testing/fake-engine.js'
import { OTHER_APP_ID, targetOf } from '../testing/targets.js'
import {
  containerOf,
  deviceRunning,
  nextSteps,
  nextWaits,
  settle,
  withContainer,
  type World,
} from '../testing/world.js'

const target = targetOf({ services: { web: {} } })
const running = deviceRunning({ services: { web: {} } })

function beside(world: World, twin: Partial<CurrentContainer>): World {
  const { containers } = world.engine.current
  const added = { ...containerOf(world, 'web'), id: 'twin', name: 'twin', ...twin }
  return { ...world, engine: withCurrent(world.engine, { containers: [...containers, added] }) }
}

describe('of two containers of one service', () => {
  it('the right one stays, also where it does not run yet', () => {
    const { id } = containerOf(running, 'web')
    const world = beside(running, { status: 'created' })
    const outdated = { ...world, engine: changeContainer(world.engine, id, { specHash: 'old' }) }
    expect(settle(outdated, target).trace).toEqual(['stop web', 'remove web, start web'])
  })

  it('the one that runs stays where both are right', () => {
    const { world } = settle(beside(running, { status: 'exited', exitCode: 0 }), target)
    expect(world.engine.current.containers).toEqual(running.engine.current.containers)
  })

  it('both go where neither is right', () => {
    const world = beside(withContainer(running, 'web', { specHash: 'old' }), { specHash: 'older', status: 'exited' })
    expect(settle(world, target).trace).toEqual(['stop web, remove web', 'remove web', 'create web', 'start web'])
  })
})

describe('a container that goes', () => {
  it('gets the time to stop that it was made with, else what the target gives, else ten seconds', () => {
    const changed = targetOf({ services: { web: { version: 1, environment: { A: '1' }, stopGracePeriodMs: 3000 } } })
    const graceOf = (stopGraceMs: number | undefined, next = changed) =>
      planNextSteps(next, withContainer(running, 'web', { stopGraceMs }).engine.current, 0).steps
    expect(graceOf(60_000)).toMatchObject([{ kind: 'stop-container', graceMs: 60_000 }])
    expect(graceOf(undefined)).toMatchObject([{ graceMs: 3000 }])
    expect(graceOf(undefined, targetOf())).toMatchObject([{ graceMs: 10_000 }])
  })

  it.each([
    [targetOf({ services: { web: { environment: { A: '1' } } } }), 'its configuration changes'],
    [targetOf({ services: {} }), 'its release no longer has it'],
    [targetOf(), 'its app no longer belongs on this device'],
  ])('says why', (next, reason) => {
    expect(planNextSteps(next, running.engine.current, 0).steps).toMatchObject([{ kind: 'stop-container', reason }])
  })

  it('stops after those that depended on it in its release, as far as they are known', () => {
    const world = deviceRunning({ services: { a: { dependsOn: { b: { condition: 'service_started' } } }, b: {} } })
    expect(nextSteps(world, targetOf())).toEqual(['stop a'])
    const unknown = withContainer(world, 'a', { dependsOn: undefined })
    expect(nextSteps(unknown, targetOf())).toEqual(['stop b', 'stop a'])
  })

  it('stops with all others of a ring of dependencies', () => {
    const world = deviceRunning({ services: { a: {}, b: {}, c: {} } })
    const ring = withContainer(withContainer(world, 'a', { dependsOn: ['b'] }), 'b', { dependsOn: ['a'] })
    const withEntry = withContainer(ring, 'c', { dependsOn: ['a'] })
    expect(settle(withEntry, targetOf()).trace.slice(0, 2)).toEqual(['stop c', 'stop a, stop b, remove c'])
  })

  it('has stopped before what takes its place, under another name or in another app, is created', () => {
    const renamed = targetOf({ services: { site: {} } })
    const { trace } = settle(running, renamed)
    expect(trace).toEqual(['pull site', 'stop web', 'remove web, create site', 'start site', 'remove-image web'])
    const moved = targetOf({ id: OTHER_APP_ID, services: { web: {} } })
    const stopping = { ...running, failure: () => 'will not die' }
    expect(nextWaits(settleOnce(stopping, moved), moved)).toContain('web waits for its former container to go.')
  })
})

function settleOnce(world: World, next: ReturnType<typeof targetOf>): World {
  const { steps } = planNextSteps(next, world.engine.current, world.engine.clock)
  const attempts = Object.fromEntries(
    steps.flatMap((step) =>
      step.kind === 'stop-container'
        ? [[`stop-container ${step.id}`, { count: 1, nextAt: world.engine.clock + 1000, error: 'will not die' }]]
        : [],
    ),
  )
  return { ...world, engine: withCurrent(world.engine, { attempts }) }
}
