import { describe, expect, it } from '@jest/globals'
import type { CurrentContainer } from './current-state.js'
import { targetOf, type AppInput, type ServiceInput } from './testing/targets.js'
import { containerOf, deviceRunning, nextSteps, nextWaits, settle, withContainer } from './testing/world.js'

type Restart = NonNullable<ServiceInput['restart']>

function webIs(restart: Restart, changes: Partial<CurrentContainer>) {
  const app: AppInput = { services: { web: { restart } } }
  return nextSteps(withContainer(deviceRunning(app), 'web', changes), targetOf(app))
}

describe('a container that is as it should be', () => {
  it.each<[Restart['name'], Partial<CurrentContainer>, 'is started' | 'is left alone']>([
    ['always', { status: 'created' }, 'is started'],
    ['no', { status: 'created' }, 'is started'],
    ['always', { status: 'exited', exitCode: 0 }, 'is started'],
    ['unless-stopped', { status: 'exited', exitCode: 0 }, 'is started'],
    ['on-failure', { status: 'exited', exitCode: 1 }, 'is started'],
    ['on-failure', { status: 'exited', exitCode: 0 }, 'is left alone'],
    ['no', { status: 'exited', exitCode: 1 }, 'is left alone'],
    // The engine starts what crashes, and what somebody has paused is that one's to resume.
    ['always', { status: 'restarting' }, 'is left alone'],
    ['always', { status: 'paused' }, 'is left alone'],
    ['always', { status: 'running', health: 'unhealthy' }, 'is left alone'],
  ])('under policy %s and in state %j %s', (name, changes, outcome) => {
    expect(webIs({ name }, changes)).toEqual(outcome === 'is started' ? ['start web'] : [])
  })

  it('is left alone once the engine has used up its tries', () => {
    const failed = { status: 'exited', exitCode: 1 } as const
    const restart = { name: 'on-failure', maximumRetryCount: 3 } as const
    expect(webIs(restart, { ...failed, restartCount: 2 })).toEqual(['start web'])
    expect(webIs(restart, { ...failed, restartCount: 3 })).toEqual([])
    expect(webIs(restart, { ...failed, restartCount: undefined })).toEqual([])
    // As the engine reads it, 0 is no limit.
    expect(webIs({ ...restart, maximumRetryCount: 0 }, { ...failed, restartCount: 9 })).toEqual(['start web'])
  })

  it('is made anew where the engine has half removed it', () => {
    const app: AppInput = { services: { web: {} } }
    const dead = withContainer(deviceRunning(app), 'web', { status: 'dead' })
    expect(settle(dead, targetOf(app)).trace).toEqual(['remove web', 'create web', 'start web'])
  })

  it('is waited for while the engine removes it', () => {
    const app: AppInput = { services: { web: {} } }
    const removing = withContainer(deviceRunning(app), 'web', { status: 'removing' })
    expect(nextSteps(removing, targetOf(app))).toEqual([])
    expect(nextWaits(removing, targetOf(app))).toEqual(['web waits for its former container to go.'])
    expect(settle(removing, targetOf(app)).trace).toEqual(['create web', 'start web'])
  })
})

describe('a one-shot that another service waits for', () => {
  const app = (name: Restart['name']): AppInput => ({
    services: {
      migrate: { restart: { name } },
      web: { dependsOn: { migrate: { condition: 'service_completed_successfully' } } },
    },
  })
  const behaviours = { migrate: { exitCode: 0 } }

  it('ends although its policy is always, or the other would never start', () => {
    const world = deviceRunning(app('always'), behaviours)
    expect(containerOf(world, 'migrate')).toMatchObject({ status: 'exited', restart: { name: 'on-failure' } })
    expect(containerOf(world, 'web').status).toBe('running')
  })

  it('runs again a minute after it was cut short, by a power cut say', () => {
    const world = deviceRunning(app('no'), behaviours)
    const now = world.engine.clock
    const cut = withContainer(world, 'migrate', { exitCode: 255, finishedAt: now - 20_000 })
    expect(nextSteps(cut, targetOf(app('no')))).toEqual([])
    expect(nextWaits(cut, targetOf(app('no')))).toEqual([
      'migrate was cut short (exit code 255) and will be started again.',
    ])
    const { trace, world: end } = settle(cut, targetOf(app('no')))
    expect(trace).toEqual(['start migrate'])
    expect(end.engine.clock).toBeGreaterThan(now + 40_000)
  })

  it('runs again at once where its end lies in the future: the clock was set back since', () => {
    const world = deviceRunning(app('no'), behaviours)
    const cut = withContainer(world, 'migrate', { exitCode: 137, finishedAt: world.engine.clock + 1e9 })
    expect(nextSteps(cut, targetOf(app('no')))).toEqual(['start migrate'])
  })

  it('does not run again after an end of its own', () => {
    const failed = withContainer(deviceRunning(app('no'), behaviours), 'migrate', { exitCode: 2 })
    expect(nextSteps(failed, targetOf(app('no')))).toEqual([])
  })

  it('does not run again where nobody waits for it', () => {
    const alone: AppInput = { services: { migrate: { restart: { name: 'no' } } } }
    const cut = withContainer(deviceRunning(alone, behaviours), 'migrate', { exitCode: 255 })
    expect(nextSteps(cut, targetOf(alone))).toEqual([])
  })
})
