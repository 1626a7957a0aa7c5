import { describe, expect, it } from '@jest/globals'
import { DeviceStateSchema, type AppState } from '@flotilla/contracts'
import { appStates } from './app-states.js'
import type { CurrentContainer } from './current-state.js'
import { planNextSteps } from './plan-next-steps.js'
import type { DownloadState } from './service-state.js'
import { stepKey } from './step-key.js'
import { withCurrent } from './testing/fake-engine.js'
import { APP_ID, imageOf, OTHER_APP_ID, targetOf, type AppInput } from './testing/targets.js'
import { deviceRunning, newDevice, takeTurn, withContainer, type World } from './testing/world.js'

function statesOf({ engine }: World, app: AppInput, progress?: Record<string, DownloadState>): AppState {
  const target = targetOf(app)
  const plan = planNextSteps(target, engine.current, engine.clock)
  const apps = appStates({ target, current: engine.current, plan, now: engine.clock, progress })
  // What is told must be what a report may hold.
  DeviceStateSchema.parse({ apps })
  return apps[app.id ?? APP_ID]!
}

const app: AppInput = { services: { web: {} } }
const next: AppInput = { services: { web: { version: 2 } } }
const releaseId = targetOf(app).apps[0]!.release.id

describe('the state of an app', () => {
  it('follows a first release from waiting to running', () => {
    let world = newDevice()
    const seen: (string | undefined)[] = []
    for (let round = 0; round < 6; round++) {
      seen.push(statesOf(world, app).services.web?.status)
      world = takeTurn(world, targetOf(app)).world
    }
    expect(seen).toEqual(['downloading', 'downloaded', 'installing', 'created', 'running', 'running'])
  })

  it('tells of the old container, and of the progress of the new image, during an update', () => {
    const world = deviceRunning(app)
    const engine = withCurrent(world.engine, { downloading: [imageOf('web', 2)] })
    const download: DownloadState = { doneBytes: 415, neededBytes: 1000, way: 'layers' }
    expect(statesOf({ engine }, next, { [imageOf('web', 2)]: download })).toEqual({
      services: {
        web: expect.objectContaining({
          status: 'running',
          imageDigest: imageOf('web', 1).split('@')[1],
          download,
          progressPercent: 41,
        }),
      },
    })
  })

  it('calls stopping what the plan stops', () => {
    const world = takeTurn(deviceRunning(app), targetOf(next)).world
    expect(statesOf(world, next).services.web?.status).toBe('stopping')
  })

  it('has the facts of the container', () => {
    const world = withContainer(deviceRunning(app), 'web', { health: 'healthy', restartCount: 2, startedAt: 0 })
    expect(statesOf(world, app).services.web).toEqual({
      status: 'running',
      containerId: world.engine.current.containers[0]!.id,
      imageDigest: imageOf('web').split('@')[1],
      health: 'healthy',
      startedAt: '1970-01-01T00:00:00.000Z',
      restartCount: 2,
    })
  })

  it('says what went wrong the last time', () => {
    const { engine } = newDevice()
    const [step] = planNextSteps(targetOf(app), engine.current, engine.clock).steps
    const errorAt = (nextAt: number) => {
      const attempts = { [stepKey(step!)]: { count: 1, nextAt, error: 'no space left on device' } }
      return statesOf({ engine: withCurrent(engine, { attempts }) }, app).services.web
    }
    expect(errorAt(engine.clock + 1000)).toEqual({ status: 'waiting', error: 'no space left on device' })
    expect(errorAt(engine.clock)).toEqual({ status: 'downloading', error: 'no space left on device' })
  })

  it('says with what a one-shot ended that failed', () => {
    const job: AppInput = { services: { web: { restart: { name: 'no' } } } }
    expect(statesOf(deviceRunning(job, { web: { exitCode: 3 } }), job).services.web).toMatchObject({
      status: 'exited',
      exitCode: 3,
      error: 'It ended with exit code 3.',
    })
  })

  it('still has what is to go', () => {
    const world = deviceRunning({ ...app, id: OTHER_APP_ID })
    const target = targetOf(app)
    const { current, clock } = world.engine
    const apps = appStates({ target, current, plan: planNextSteps(target, current, clock), now: clock })
    expect(Object.keys(apps)).toEqual([APP_ID, OTHER_APP_ID])
    expect(apps[OTHER_APP_ID]).toMatchObject({ services: { web: { status: 'stopping' } } })
  })

  it('leaves out containers whose labels are no app’s', () => {
    const world = withContainer(deviceRunning(app), 'web', { appId: 'forged' })
    const { current, clock } = world.engine
    const target = targetOf()
    expect(appStates({ target, current, plan: planNextSteps(target, current, clock), now: clock })).toEqual({})
  })
})

describe('the running release', () => {
  const job: AppInput = { services: { web: { restart: { name: 'no' } } } }

  it.each<[string, AppInput, Partial<CurrentContainer>, boolean]>([
    ['running', app, {}, true],
    ['running and healthy', app, { health: 'healthy' }, true],
    ['running but not yet healthy', app, { health: 'starting' }, false],
    ['unhealthy', app, { health: 'unhealthy' }, false],
    ['restarting', app, { status: 'restarting' }, false],
    ['paused', app, { status: 'paused' }, false],
    ['waiting to be started', app, { status: 'exited', exitCode: 0 }, false],
    ['a one-shot that has ended well', job, { status: 'exited', exitCode: 0 }, true],
    ['a one-shot that has failed', job, { status: 'exited', exitCode: 1 }, false],
    ['of another release', app, { specHash: 'old' }, false],
  ])('of a service that is %s', (_state, its, changes, isRunning) => {
    const state = statesOf(withContainer(deviceRunning(its), 'web', changes), its)
    expect(state.releaseId).toBe(isRunning ? releaseId : undefined)
  })

  it('is not there while a service that it dropped still runs', () => {
    const world = deviceRunning({ services: { web: {}, old: {} } })
    expect(statesOf(world, app).releaseId).toBeUndefined()
  })
})
