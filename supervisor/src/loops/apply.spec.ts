import type { ServiceSpecInput } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Program } from '../edge/fake/fake-container.js'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { TerminalError } from '../errors.js'
import { FakeClock } from '../testing/fake-clock.js'
import { ApplyScene } from '../testing/apply-scene.js'
import { app, fakeImage, imageName, service, type AppInput } from '../testing/targets.js'

const SECOND = 1000
const HOUR = 3600 * SECOND

describe('the apply loop', () => {
  let clock: FakeClock
  let daemon: FakeDaemon
  let scene: ApplyScene
  const programs: Record<string, Program> = {}
  beforeEach(() => {
    for (const name of Object.keys(programs)) delete programs[name]
    clock = new FakeClock()
    daemon = new FakeDaemon(clock, { program: (spec) => programs[spec.service] ?? {}, pullMs: 20 * SECOND })
    scene = new ApplyScene(daemon)
  })
  afterEach(() => scene.stop())

  const web = fakeImage('web')
  const db = fakeImage('db')
  const healthcheck = { test: ['CMD', 'check'], intervalMs: 5 * SECOND }
  const stack = (release: number, webConfig: ServiceSpecInput = {}): AppInput =>
    app(
      release,
      {
        db: service(db, { healthcheck, volumes: [{ type: 'volume', source: 'data', target: '/data' }] }),
        web: service(web, { dependsOn: { db: { condition: 'service_healthy' } }, ...webConfig }),
      },
      { volumes: { data: {} } },
    )
  const publish = () => [web, db].forEach((image) => daemon.published.add(imageName(image)))
  const ids = () => Object.fromEntries([...daemon.containers.values()].map(({ step, id }) => [step.service, id]))
  const runningServices = () =>
    [...daemon.containers.values()].filter(({ status }) => status === 'running').map(({ step }) => step.service)

  it('brings a release up in order: images, networks and volumes, then services as they get well', async () => {
    publish()
    await scene.start([stack(1)])
    await clock.advance(22 * SECOND)
    expect(runningServices()).toEqual(['db'])
    await clock.advance(10 * SECOND)
    expect(runningServices()).toEqual(['db', 'web'])
    expect(scene.events.kinds()).toContain('step-done')
    expect(scene.board.status?.plan).toMatchObject({ steps: [], waits: [{ for: 'confirmation' }] })
    await clock.advance(60 * SECOND)
    expect(scene.board.status?.plan).toEqual({ steps: [], waits: [] })
  })

  it('writes nothing to the engine once it is settled, for as long as you watch it', async () => {
    publish()
    await scene.start([stack(1)])
    await clock.advance(180 * SECOND)
    const writes = daemon.writes.length
    const events = scene.events.all.length
    const disk = scene.diskWrites()
    await clock.advance(8 * HOUR)
    expect(daemon.writes).toHaveLength(writes)
    expect(scene.events.all).toHaveLength(events)
    expect(scene.diskWrites()).toBe(disk)
  })

  it('replaces only the service that differs', async () => {
    publish()
    await scene.start([stack(1)])
    await clock.advance(60 * SECOND)
    const before = ids()
    await scene.setTarget([stack(2, { environment: { GREETING: 'hi' } })])
    await clock.advance(60 * SECOND)
    expect(ids()).toEqual({ db: before.db, web: expect.any(String) })
    expect(ids().web).not.toBe(before.web)
  })

  it('keeps the present release alive during a download that takes hours', async () => {
    publish()
    await scene.start([stack(1)])
    await clock.advance(60 * SECOND)
    const next = fakeImage('web-2')
    daemon.published.add(imageName(next))
    daemon.pullMs = 8 * HOUR
    const release = stack(2)
    await scene.setTarget([{ ...release, services: { ...release.services, web: service(next) } }])
    await clock.advance(HOUR)
    daemon.containerOf('db')?.stop()
    await clock.advance(HOUR)
    expect(runningServices().sort()).toEqual(['db', 'web'])
    expect(scene.board.status?.current.downloading).toEqual([imageName(next)])
    await clock.advance(1.5 * HOUR)
    expect(scene.board.status?.progress).toMatchObject({ [imageName(next)]: { doneBytes: 25, neededBytes: 100 } })
    await clock.advance(6 * HOUR)
    expect(daemon.containerOf('web')?.step.spec.image).toBe(imageName(next))
  })

  it('ends a download that the next target no longer wants', async () => {
    publish()
    daemon.pullMs = 8 * HOUR
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(HOUR)
    await scene.setTarget([app(2, { db: service(db) })])
    await clock.advance(HOUR)
    expect(scene.board.status?.current.downloading).toEqual([imageName(db)])
    expect(scene.events.kinds()).not.toContain('step-failed')
  })

  it('tries a step that fails again, less and less often, and says why', async () => {
    await scene.start([app(1, { web: service(web) })])
    const pulls = () => daemon.writes.filter((write) => write.startsWith('pull-image')).length
    await clock.advance(10 * SECOND)
    expect(pulls()).toBeGreaterThan(1)
    await clock.advance(HOUR)
    const inFirstHour = pulls()
    await clock.advance(HOUR)
    expect(pulls() - inFirstHour).toBeLessThan(10)
    expect(pulls() - inFirstHour).toBeGreaterThan(4)
    const failure = scene.events.all.find(({ kind }) => kind === 'step-failed')
    expect(failure?.detail).toMatchObject({ step: 'pull-image', services: ['web'], count: 1, isFinal: false })
    expect(failure?.detail.error).toContain('manifest unknown')
    publish()
    await clock.advance(HOUR)
    expect(runningServices()).toEqual(['web'])
    expect((await scene.attempts.read())?.attempts).toEqual({})
  })

  it('begins afresh with a new target', async () => {
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(3 * HOUR)
    publish()
    await scene.setTarget([app(2, { web: service(web) })])
    await clock.advance(30 * SECOND)
    expect(runningServices()).toEqual(['web'])
  })

  it('tries what can never be again only when it tries the release again, and at once when the target changes', async () => {
    publish()
    daemon.failure = (write) =>
      write === 'create-container web' ? new TerminalError('The engine refuses container web') : undefined
    await scene.start([app(1, { web: service(web) })])
    const creations = () => daemon.writes.filter((write) => write === 'create-container web').length
    await clock.advance(6 * HOUR)
    const failures = scene.events.all.filter(({ kind }) => kind === 'release-failing')
    expect(creations()).toBe(failures.length)
    expect(failures.length).toBeLessThan(14)
    expect(failures.length).toBeGreaterThan(5)
    expect(scene.events.all.find(({ kind }) => kind === 'step-failed')?.detail).toMatchObject({ isFinal: true })
    daemon.failure = () => undefined
    await scene.setTarget([app(2, { web: service(web) })])
    await clock.advance(60 * SECOND)
    expect(runningServices()).toEqual(['web'])
  })

  it('goes on with its account of failures after a restart', async () => {
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(3 * HOUR)
    const pulls = daemon.writes.length
    await scene.restart()
    await clock.advance(60 * SECOND)
    expect(daemon.writes.length - pulls).toBeLessThanOrEqual(1)
  })

  it('is not held for years by a clock that was set back', async () => {
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(3 * HOUR)
    publish()
    const stored = await scene.attempts.read()
    const [key = ''] = Object.keys(stored?.attempts ?? {})
    const inYears = { count: 9, nextAt: clock.now() + 20 * 365 * 24 * HOUR, error: 'no route' }
    await scene.attempts.write({ generation: stored?.generation ?? 0, attempts: { [key]: inYears } })
    await scene.restart()
    await clock.advance(60 * SECOND)
    expect(runningServices()).toEqual(['web'])
  })

  it('lives through an engine that goes away and comes back', async () => {
    publish()
    await scene.start([stack(1)])
    await clock.advance(5 * SECOND)
    daemon.isDown = true
    await clock.advance(10 * 60 * SECOND)
    expect(scene.board.engineError).toContain('does not answer')
    daemon.isDown = false
    await clock.advance(20 * 60 * SECOND)
    expect(scene.board.engineError).toBeUndefined()
    expect(runningServices().sort()).toEqual(['db', 'web'])
  })

  it('does not spin when the engine says yes and does nothing', async () => {
    publish()
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(30 * SECOND)
    const container = daemon.containerOf('web')
    if (!container) throw new Error('web was not created')
    container.stop()
    container.start = () => daemon.changed.notify()
    const starts = () => daemon.writes.filter((write) => write === 'start-container web').length
    const before = starts()
    await clock.advance(HOUR)
    expect(starts() - before).toBeGreaterThan(10)
    expect(starts() - before).toBeLessThan(90)
  })

  it('removes what the target no longer has, and keeps the volumes', async () => {
    publish()
    await scene.start([stack(1)])
    await clock.advance(60 * SECOND)
    await scene.setTarget([])
    await clock.advance(60 * SECOND)
    expect(daemon.containers.size).toBe(0)
    expect(daemon.networks.size).toBe(0)
    expect(daemon.images.size).toBe(0)
    expect(daemon.volumes.size).toBe(1)
  })

  it('does nothing at all without a target', async () => {
    await scene.start(undefined)
    await clock.advance(HOUR)
    expect(daemon.writes).toEqual([])
  })
})
