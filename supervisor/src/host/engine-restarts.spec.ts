import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Program } from '../edge/fake/fake-container.js'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { EngineFaultError } from '../errors.js'
import { ApplyScene } from '../testing/apply-scene.js'
import { FakeClock } from '../testing/fake-clock.js'
import { app, fakeImage, imageName, service } from '../testing/targets.js'
import { engineRestartsPart, type EngineControl } from './engine-restarts.js'

const SECOND = 1000
const MINUTE = 60 * SECOND

describe('an engine with a fault of its own', () => {
  let clock: FakeClock
  let daemon: FakeDaemon
  let scene: ApplyScene
  let restarts: number
  let isHeld: boolean
  let program: Program
  const fault = new EngineFaultError('the engine holds port 80')
  const [web, job] = [fakeImage('web'), fakeImage('job')]

  /** All ends; after some seconds the engine is there again. */
  const control: EngineControl = {
    restart: async () => {
      restarts++
      daemon.cutPower()
      await clock.sleep(5 * SECOND)
      daemon.restorePower()
      isHeld = false
    },
  }

  beforeEach(() => {
    clock = new FakeClock()
    program = {}
    daemon = new FakeDaemon(clock, { program: () => program })
    for (const image of [web, job]) daemon.published.add(imageName(image))
    restarts = 0
    isHeld = true
    daemon.failure = (write) => (isHeld && write === 'start-container web' ? fault : undefined)
    scene = new ApplyScene(daemon)
  })
  afterEach(() => scene.stop())

  function setUp(by: EngineControl | undefined): void {
    scene.parts = [engineRestartsPart({ control: by, document: scene.store.engineRestarts })]
  }
  const failedStarts = () => scene.events.all.filter(({ kind }) => kind === 'step-failed').length
  const reasons = () => scene.board.status?.plan.waits.map(({ reason }) => reason)

  it('is restarted, and the release that it kept from starting is confirmed', async () => {
    setUp(control)
    await scene.start([app(1, { web: service(web), job: service(job, { restart: { name: 'no' } }) })])
    await clock.advance(3 * MINUTE)
    expect(restarts).toBe(1)
    expect(failedStarts()).toBe(2)
    expect(daemon.containerOf('web')?.status).toBe('running')
    expect(daemon.containerOf('job')?.status).toBe('running')
    expect(scene.events.kinds()).toContain('release-confirmed')
    expect(scene.events.kinds()).not.toContain('release-failing')
    expect((await scene.attempts.read())?.attempts).toEqual({})
  })

  it('is restarted soon after a power cut, and nothing that this ends is held against a new release', async () => {
    setUp(control)
    isHeld = false
    const healthcheck = { test: ['CMD', 'check'], intervalMs: 5 * SECOND }
    const release = (number: number) => {
      const environment = { RELEASE: String(number) }
      return app(number, {
        db: service(job, { environment, healthcheck }),
        api: service(job, { environment, dependsOn: { db: { condition: 'service_healthy' } } }),
        web: service(web, { environment, dependsOn: { api: { condition: 'service_started' } } }),
      })
    }
    await scene.start([release(1)])
    await clock.advance(3 * MINUTE)
    await scene.setTarget([release(2)])
    await clock.advance(30 * SECOND)
    daemon.cutPower()
    await scene.stop()
    daemon.restorePower()
    isHeld = true
    await scene.restart()
    await clock.advance(3 * MINUTE)
    expect(restarts).toBe(1)
    expect(scene.board.status?.plan).toEqual({ steps: [], waits: [] })
    expect(scene.events.kinds().filter((kind) => kind.startsWith('release-re'))).toEqual([])
  })

  it('is restarted three times in one boot, if need be, and then left to people', async () => {
    setUp({ restart: () => Promise.resolve(void restarts++) })
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(20 * MINUTE)
    expect(restarts).toBe(3)
    expect(reasons()).toContainEqual(
      expect.stringMatching(/^Starting web failed \d+ times: the engine holds port 80\.$/),
    )
    await scene.restart()
    await clock.advance(20 * MINUTE)
    expect(restarts).toBe(3)
  })

  it('is not restarted for a fault that was there before the board, or the supervisor in it, was', async () => {
    setUp({ restart: () => new Promise(() => undefined) })
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(10 * SECOND)
    expect(Object.values((await scene.attempts.read())?.attempts ?? {})).toMatchObject([{ engineFaults: 2 }])
    isHeld = false
    setUp(control)
    await scene.restart()
    await clock.advance(MINUTE)
    expect(daemon.containerOf('web')?.status).toBe('running')
    expect(restarts).toBe(0)
  })

  it('may be restarted again in the next boot', async () => {
    await scene.store.engineRestarts.write({ bootId: 'former', count: 3 })
    setUp(control)
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(MINUTE)
    expect(daemon.containerOf('web')?.status).toBe('running')
  })

  it('stays as it is where nobody can restart it', async () => {
    setUp(undefined)
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(10 * MINUTE)
    expect(daemon.containerOf('web')?.status).toBe('created')
    expect(scene.events.kinds()).not.toContain('release-failing')
  })

  it('is tried again later where the restart fails, or takes for ever', async () => {
    const ways = [
      () => Promise.reject(new Error('no D-Bus')),
      () => new Promise<void>(() => undefined),
      control.restart,
    ]
    setUp({ restart: () => ways.shift()?.() ?? Promise.reject(new Error('once too often')) })
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(20 * MINUTE)
    expect(daemon.containerOf('web')?.status).toBe('running')
    const failed = scene.events.all
      .filter(({ detail }) => detail.step === 'restart-engine')
      .map(({ detail }) => detail.error)
    expect(failed).toEqual(['no D-Bus', 'Restarting the engine takes too long', undefined])
  })
})
