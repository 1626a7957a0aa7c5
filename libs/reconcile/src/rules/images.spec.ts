import { describe, expect, it } from '@jest/globals'
import { isSettled } from '../plans.js'
import { planNextSteps } from '../plan-next-steps.js'
import { emptyEngine, withCurrent } from '../testing/fake-engine.js'
import { imageOf, targetOf } from '../testing/targets.js'
import { deviceRunning, nextSteps, nextWaits, settle, withContainer } from '../testing/world.js'

const two = targetOf({ services: { web: { version: 2 }, db: { version: 2 } } })
const running = deviceRunning({ services: { web: {}, db: {} } })
/** In the middle of an update: the image of web is there, that of db is not. */
const downloading = {
  ...running,
  engine: withCurrent(running.engine, {
    images: [...running.engine.current.images, imageOf('web', 2)],
    downloading: [imageOf('db', 2)],
  }),
}

describe('images', () => {
  it('are all fetched at once, each one once, with their size', () => {
    const target = targetOf({ services: { web: {}, db: {} } })
    const sameImage = { ...target.apps[0]!.services, worker: target.apps[0]!.services.web! }
    const { steps } = planNextSteps(
      { ...target, apps: [{ ...target.apps[0]!, services: sameImage }] },
      emptyEngine().current,
      0,
    )
    expect(steps).toEqual([
      expect.objectContaining({ kind: 'pull-image', image: imageOf('db'), services: ['db'] }),
      expect.objectContaining({
        kind: 'pull-image',
        image: imageOf('web'),
        services: ['web', 'worker'],
        sizeBytes: 1_000_000,
      }),
    ])
  })

  it('are not fetched a second time while they are on their way', () => {
    expect(nextSteps(downloading, two)).toEqual([])
    expect(nextWaits(downloading, two)).toEqual(['db waits for its image.', 'web waits for the images of db.'])
  })

  it('whose budget is spent are waited for until it begins anew, while free ways to them stay open', () => {
    const allowance = { remainingBytes: 0, resetsAt: 86_400_000, reason: 'the budget of 50 MB a day is spent' }
    const spent = { ...running, engine: withCurrent(running.engine, { allowance }) }
    expect(nextSteps(spent, two)).toEqual(['pull db', 'pull web'])
    expect(nextWaits(spent, two)).toContain(
      'The download of release 1.0.0 stands still: the budget of 50 MB a day is spent; it begins anew tomorrow at 00:00.',
    )
    const left = { ...running, engine: withCurrent(running.engine, { allowance: { ...allowance, remainingBytes: 1 } }) }
    expect(nextWaits(left, two).join()).not.toContain('budget')
  })

  it('must all be there before anything stops', () => {
    const { trace } = settle(downloading, two)
    expect(trace[0]).toBe('stop db, stop web')
  })

  it('must all be there before anything is created', () => {
    const target = targetOf({ services: { web: {}, db: {} } })
    const engine = emptyEngine({ images: [imageOf('web')], downloading: [imageOf('db')] })
    expect(nextSteps({ engine }, target)).toEqual([])
  })

  it('are fetched again where they were lost, while the container goes on', () => {
    const lost = { ...running, engine: withCurrent(running.engine, { images: [imageOf('web')] }) }
    const { trace } = settle(lost, targetOf({ services: { web: {}, db: {} } }))
    expect(trace).toEqual(['pull db'])
  })

  it('on their way do not keep the present release from being kept alive', () => {
    expect(nextSteps(withContainer(downloading, 'web', { status: 'exited', exitCode: 137 }), two)).toEqual([
      'start web',
    ])
    expect(nextSteps(withContainer(downloading, 'web', { status: 'created' }), two)).toEqual(['start web'])
  })

  it('on their way keep alive what the next release no longer has, by its own policy', () => {
    const target = targetOf({ services: { db: { version: 2 } } })
    const crashed = withContainer(downloading, 'web', { status: 'exited', exitCode: 1 })
    expect(nextSteps(crashed, target)).toEqual(['start web'])
    expect(nextSteps(withContainer(crashed, 'web', { restart: { name: 'no' } }), target)).toEqual([])
    expect(nextSteps(withContainer(crashed, 'web', { restart: undefined }), target)).toEqual([])
  })

  it('on their way keep alive the present release in its own order', () => {
    const exited = withContainer(downloading, 'db', { status: 'exited', exitCode: 1 })
    const both = withContainer(exited, 'web', { status: 'exited', exitCode: 1, dependsOn: ['db'] })
    expect(nextSteps(both, two)).toEqual(['start db'])
    expect(nextWaits(both, two)).toContain('web waits for db to start.')
  })
})

describe('a service that stays as it is while images are on their way', () => {
  const needs = (on: string) => ({ dependsOn: { [on]: { condition: 'service_healthy' as const } } })
  const stopped = withContainer(downloading, 'web', { status: 'exited', exitCode: 1 })

  it('is started before what only the next release brings', () => {
    const next = targetOf({ services: { web: needs('cache'), db: { version: 2 }, cache: {} } })
    expect(nextSteps(stopped, next)).toEqual(['pull cache', 'start web'])
  })

  it('is not started before what is already there', () => {
    const next = targetOf({ services: { web: needs('db'), db: { version: 2 } } })
    expect(nextSteps(stopped, next)).toEqual([])
    const healthy = withContainer(stopped, 'db', { health: 'healthy' })
    expect(nextSteps(healthy, next)).toEqual(['start web'])
  })
})

describe('old images', () => {
  const withOld = {
    ...running,
    engine: withCurrent(running.engine, { images: [...running.engine.current.images, imageOf('old')] }),
  }
  const target = targetOf({ services: { web: {}, db: {} } })

  it('go when nothing else is to be done', () => {
    expect(settle(withOld, target).trace).toEqual(['remove-image old'])
  })

  it('stay while images are missing', () => {
    expect(nextSteps(withOld, two)).toEqual(['pull db', 'pull web'])
  })

  it('stay while a service waits for another one', () => {
    const waiting = targetOf({ services: { web: { dependsOn: { db: { condition: 'service_healthy' } } }, db: {} } })
    const { plan } = settle(withContainer(withOld, 'web', { status: 'exited' }), waiting)
    expect(plan.waits).toHaveLength(1)
    expect(plan.steps).toEqual([])
  })

  it('stay where a container still needs them', () => {
    const odd = withContainer(withOld, 'web', { image: imageOf('old') })
    expect(nextSteps(odd, target)).toEqual([])
    expect(isSettled(planNextSteps(target, odd.engine.current, 0))).toBe(true)
  })
})
