import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Program } from '../edge/fake/fake-container.js'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { TerminalError } from '../errors.js'
import { ApplyScene } from '../testing/apply-scene.js'
import { FakeClock } from '../testing/fake-clock.js'
import { APP_ID } from '../testing/steps.js'
import { app, fakeImage, imageName, service, type AppInput } from '../testing/targets.js'

const SECOND = 1000
const MINUTE = 60 * SECOND

describe('an update that cannot hurt', () => {
  let clock: FakeClock
  let daemon: FakeDaemon
  let scene: ApplyScene
  // What the web of each release does, by its VERSION.
  let programs: Record<string, Program>
  const web = fakeImage('web')
  const db = fakeImage('db')
  beforeEach(() => {
    programs = {}
    clock = new FakeClock()
    daemon = new FakeDaemon(clock, { program: ({ config }) => programs[config.environment.VERSION ?? ''] ?? {} })
    for (const image of [web, db]) daemon.published.add(imageName(image))
    scene = new ApplyScene(daemon)
  })
  afterEach(() => scene.stop())

  const release = (number: number): AppInput =>
    app(number, { db: service(db), web: service(web, { environment: { VERSION: String(number) } }) })
  const version = () => daemon.containerOf('web')?.step.spec.config.environment.VERSION
  const events = (kind: string) => scene.events.all.filter((event) => event.kind === kind)
  const memory = () => scene.core?.memory.memory[APP_ID]
  const runFirst = async () => {
    await scene.start([release(1)])
    await clock.advance(3 * MINUTE)
  }
  const crashes: Program = { prints: [{ stream: 'stderr', text: 'no such table' }], exitsAfterMs: 500, exitCode: 3 }

  it('is confirmed when all has been well for its confirm time, and told of once', async () => {
    await runFirst()
    expect(memory()).toMatchObject({ good: { release: { version: '1.0.0' } } })
    await scene.setTarget([release(2)])
    await clock.advance(30 * SECOND)
    expect(memory()).toMatchObject({ good: { release: { version: '1.0.0' } }, trial: { version: '2.0.0' } })
    await clock.advance(2 * MINUTE)
    expect(memory()).toEqual({ good: expect.objectContaining({ release: release(2).release }) })
    expect(events('trial-started').map(({ detail }) => detail.version)).toEqual(['1.0.0', '2.0.0'])
    expect(events('release-confirmed').map(({ detail }) => detail.version)).toEqual(['1.0.0', '2.0.0'])
  })

  it('goes back by itself, and says why with what was seen', async () => {
    await runFirst()
    const before = daemon.containerOf('db')?.id
    programs['2'] = crashes
    await scene.setTarget([release(2)])
    await clock.advance(2 * MINUTE)
    expect(version()).toBe('1')
    expect(daemon.containerOf('web')?.status).toBe('running')
    expect(daemon.containerOf('db')?.id).toBe(before)
    const [rejected] = events('release-rejected')
    expect(rejected?.detail).toMatchObject({
      version: '2.0.0',
      code: 'crash-loop',
      reason: expect.stringContaining('web'),
      services: { web: { lastLines: expect.stringContaining('no such table') } },
    })
    expect(events('rolled-back')).toHaveLength(1)
    expect(memory()?.rejected?.rejection.services.web?.lastLines).toContain('no such table')
  })

  it('does not try what it gave up again, over restarts and new generations, until the app changes', async () => {
    await runFirst()
    programs['2'] = crashes
    await scene.setTarget([release(2)])
    await clock.advance(2 * MINUTE)
    const writes = daemon.writes.length
    await scene.restart()
    await scene.setTarget([release(2)])
    await clock.advance(10 * MINUTE)
    expect(daemon.writes).toHaveLength(writes)
    await scene.setTarget([release(3)])
    await clock.advance(3 * MINUTE)
    expect(memory()).toEqual({ good: expect.objectContaining({ release: release(3).release }) })
  })

  it('remembers on disk what it does before it does it', async () => {
    await runFirst()
    programs['2'] = crashes
    let wasKnown: boolean | undefined
    daemon.moment = (what) => {
      const isWayBack = what === 'before create-container web' && events('release-rejected').length > 0
      if (isWayBack) wasKnown ??= scene.core?.memory.memory[APP_ID]?.rejected !== undefined
    }
    const order: string[] = []
    scene.store.moment = (what) => void order.push(what)
    await scene.setTarget([release(2)])
    await clock.advance(2 * MINUTE)
    expect(wasKnown).toBe(true)
    expect(order.indexOf('after memory')).toBeLessThan(order.indexOf('before event trial-started'))
  })

  it('tries a first release that fails again and again, less and less often', async () => {
    programs['1'] = crashes
    await scene.start([release(1)])
    await clock.advance(2 * 60 * MINUTE)
    expect(memory()?.trial?.failures).toBeGreaterThan(3)
    expect(events('release-failing').length).toBeLessThan(12)
    delete programs['1']
    await clock.advance(2 * 60 * MINUTE)
    expect(memory()).toEqual({ good: expect.objectContaining({ release: release(1).release }) })
  })

  it('keeps what runs running while the disk takes nothing', async () => {
    await runFirst()
    scene.store.moment = (what) => {
      if (what.startsWith('before')) throw new Error('no space left on device')
    }
    daemon.containerOf('web')?.stop()
    await clock.advance(MINUTE)
    expect(daemon.containerOf('web')?.status).toBe('running')
  })

  it('counts the starts of a board that a release makes restart', async () => {
    await runFirst()
    await scene.setTarget([release(2)])
    await clock.advance(5 * SECOND)
    for (let start = 0; start < 5; start++) {
      daemon.cutPower()
      await scene.stop()
      daemon.restorePower()
      await scene.restart()
      await clock.advance(20 * SECOND)
    }
    await clock.advance(MINUTE)
    expect(events('release-rejected')[0]?.detail.code).toBe('board-restarted')
    expect(version()).toBe('1')
  })

  it('confirms nothing that it could not see', async () => {
    await runFirst()
    await scene.setTarget([release(2)])
    await clock.advance(10 * SECOND)
    daemon.isDown = true
    await clock.advance(10 * MINUTE)
    daemon.isDown = false
    await clock.advance(35 * SECOND)
    expect(memory()?.trial?.version).toBe('2.0.0')
    await clock.advance(2 * MINUTE)
    expect(memory()?.good?.release.version).toBe('2.0.0')
  })

  it('forgets nothing that the executor notes in the middle of a round', async () => {
    daemon.failure = (write) => (write === 'create-container web' ? new TerminalError('refused') : undefined)
    await scene.start([release(1)])
    await clock.advance(30 * SECOND)
    expect(memory()?.trial?.failures).toBe(1)
    let isNoted = false
    scene.store.moment = (what) => {
      // The next try begins: what failed before is forgotten first.
      if (isNoted || what !== 'before attempts') return
      isNoted = true
      void scene.core?.memory.update((it) => ({ ...it, [APP_ID]: { ...it[APP_ID], oldSnapshots: ['late'] } }))
    }
    await clock.advance(2 * MINUTE)
    expect(isNoted).toBe(true)
    expect(memory()?.oldSnapshots).toEqual(['late'])
  })

  it('gives up no service stopped by hand, until its app changes', async () => {
    await runFirst()
    await scene.core?.requests.edit((it) => ({ ...it, stopped: [`${APP_ID} web`] }))
    await clock.advance(MINUTE)
    await scene.setTarget([release(1)])
    await clock.advance(MINUTE)
    expect(scene.core?.requests.requests.stopped).toEqual([`${APP_ID} web`])
    await scene.setTarget([release(2)])
    await clock.advance(MINUTE)
    expect(scene.core?.requests.requests.stopped).toEqual([])
  })
})

describe('a board whose target is lost', () => {
  it('keeps what runs running, in its order, and touches nothing else', async () => {
    const clock = new FakeClock()
    const daemon = new FakeDaemon(clock)
    const image = fakeImage('web')
    daemon.published.add(imageName(image))
    const scene = new ApplyScene(daemon)
    const dependsOn = { db: { condition: 'service_started' as const } }
    await scene.start([app(1, { db: service(image), web: service(image, { dependsOn }) })])
    await clock.advance(3 * MINUTE)
    await scene.stop()
    scene.store.target.lose()
    scene.store.memory.lose()
    const ids = [...daemon.containers.keys()]
    daemon.cutPower()
    daemon.restorePower()
    daemon.containerOf('db')?.stop()
    await scene.restart()
    await clock.advance(2 * MINUTE)
    expect([...daemon.containers.keys()]).toEqual(ids)
    expect([...daemon.containers.values()].map(({ status }) => status)).toEqual(['running', 'running'])
    expect(daemon.images.size).toBe(1)
    await scene.stop()
  })
})
