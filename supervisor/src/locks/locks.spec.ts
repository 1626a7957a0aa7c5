import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import type { CurrentContainer } from '@flotilla/reconcile'
import { DurableValue } from '../durable-value.js'
import type { BootTimes } from '../stored.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryDocument } from '../testing/memory-store.js'
import { APP_ID } from '../testing/steps.js'
import { TimeKeeper } from '../time/time-keeper.js'
import { LockFiles } from './lock-files.js'
import type { StoredLocks } from './stored-locks.js'
import { LocalScene } from '../testing/local-scene.js'
import { app, fakeImage, service, type AppInput } from '../testing/targets.js'

const labels = { 'io.flotilla.features.local-api': '1' }
const stack = (release: number, image: string, more: Record<string, string> = {}): AppInput =>
  app(release, { web: service(fakeImage(image), { labels: { ...labels, ...more }, stopGracePeriodMs: 0 }) })
const MINUTE = 60_000

describe('lock files', () => {
  const clock = new FakeClock()
  const time = new TimeKeeper(clock, 'boot', new MemoryDocument<BootTimes>())
  const kept = new DurableValue<StoredLocks>(new MemoryDocument<StoredLocks>(), { taken: [], files: {} })
  const container = (status: CurrentContainer['status']): CurrentContainer => ({
    ...{ id: status, name: status, appId: APP_ID, service: 'web', specHash: 'x', status, startedAt: clock.now() },
    ...{ networks: [], volumes: [], image: 'x' },
  })
  const files = new LockFiles({ fileTime: () => Promise.resolve(clock.now()) }, kept, time)

  it.each([
    ['running', 1],
    ['paused', 1],
    ['restarting', 0],
    ['exited', 0],
    ['created', 0],
  ] as const)('of a container that is %s count: %d', async (status, locks) => {
    expect(await files.look([container(status)], undefined)).toHaveLength(locks)
  })

  it('do not count at all once they have been held for as long as the label allows', async () => {
    const labels = { 'io.flotilla.update.lock-timeout': '60' }
    const target = { apps: [{ id: APP_ID, services: { web: { labels } } }] } as unknown as Target
    const [held] = await files.look([container('running')], target)
    expect(held).toMatchObject({ by: 'file', until: clock.now() + 60_000 })
    await clock.advance(60_000)
    expect(await files.look([{ ...container('running'), startedAt: held!.until! - 60_000 }], target)).toEqual([])
  })
})

describe('a service that asks not to be stopped', () => {
  let local: LocalScene
  beforeEach(async () => {
    local = new LocalScene()
    await local.start([stack(1, 'web')])
  })
  afterEach(() => local.stop())

  const web = () => local.daemon.containerOf('web')!
  const isUpdated = () => web().step.spec.image.includes('/next@')
  const lockFile = (path: string, at = local.clock.now()) => web().files.set(path, at)
  const deploy = async (more: Record<string, string> = {}) => {
    const next = [stack(2, 'next', more)]
    local.publish(next)
    await local.scene.setTarget(next)
    await local.clock.advance(5 * MINUTE)
  }
  const waits = async () => (await local.own('GET /v1/plan')).json.waits as { for: string; sentence: string }[]

  it.each(['/tmp/flotilla/updates.lock', '/tmp/balena/updates.lock', '/tmp/resin/resin-updates.lock'])(
    'is left alone while %s exists, and updated soon after it has gone',
    async (path) => {
      lockFile(path)
      await deploy()
      expect(isUpdated()).toBe(false)
      expect(await waits()).toMatchObject([{ for: 'lock', sentence: expect.stringContaining('lock file') }])
      expect((await local.own('GET /v1/locks')).json).toEqual({ locks: [{ service: 'web', by: 'file' }] })
      web().files.delete(path)
      await local.clock.advance(15_000)
      expect(isUpdated()).toBe(true)
    },
  )

  it('holds nothing by a file of an earlier run of its container', async () => {
    lockFile('/tmp/flotilla/updates.lock', local.clock.now() - 60 * MINUTE)
    await deploy()
    expect(isUpdated()).toBe(true)
  })

  it('holds nothing by a file when it does not run', async () => {
    lockFile('/tmp/flotilla/updates.lock')
    await local.clock.advance(MINUTE)
    await local.own('POST /v1/services/web/stop', { force: true })
    await deploy()
    expect(isUpdated()).toBe(true)
  })

  it('holds by a file for as long as its label allows, over restarts of the supervisor too', async () => {
    lockFile('/tmp/flotilla/updates.lock')
    await deploy({ 'io.flotilla.update.lock-timeout': '3600' })
    expect(isUpdated()).toBe(false)
    await local.clock.advance(30 * MINUTE)
    await local.scene.restart()
    await local.clock.advance(20 * MINUTE)
    expect(isUpdated()).toBe(false)
    await local.clock.advance(20 * MINUTE)
    expect(isUpdated()).toBe(true)
  })

  it('costs a settled board no questions', async () => {
    let asked = 0
    const { core } = local.scene
    const fileTime = core!.engine.fileTime.bind(core!.engine)
    core!.engine.fileTime = (id, path) => {
      asked++
      return fileTime(id, path)
    }
    await local.clock.advance(10 * MINUTE)
    expect(asked).toBe(0)
    await deploy()
    expect(asked).toBeGreaterThan(0)
  })

  describe('over the local API', () => {
    const take = (wish: object = {}) => local.own('POST /v1/lock', wish)

    it('holds for an hour, and no longer', async () => {
      expect((await take({ reason: 'is measuring' })).json).toEqual({
        service: 'web',
        reason: 'is measuring',
        survivesReboot: false,
        until: new Date(local.clock.now() + 60 * MINUTE).toISOString(),
      })
      await deploy()
      await local.clock.advance(50 * MINUTE)
      expect(isUpdated()).toBe(false)
      await local.clock.advance(10 * MINUTE)
      expect(isUpdated()).toBe(true)
    })

    it('holds for longer when it is renewed, and for seven days at most', async () => {
      await take({ seconds: 600 })
      await deploy()
      await take({ seconds: 1200 })
      await local.clock.advance(18 * MINUTE)
      expect(isUpdated()).toBe(false)
      expect(await take({ seconds: 8 * 24 * 3600 })).toMatchObject({ status: 400 })
    })

    it.each(['DELETE /v1/lock', 'POST /v1/lock/release'])('lets go at once with %s', async (line) => {
      await take()
      await deploy()
      expect(await local.own(line)).toMatchObject({ status: 200 })
      await local.clock.advance(5_000)
      expect(isUpdated()).toBe(true)
    })

    it('holds while the disk takes no note of what is left of it', async () => {
      await take({ seconds: 7200 })
      local.scene.store.moment = (what) => {
        if (what === 'before locks') throw new Error('no space left on device')
      }
      await local.clock.advance(30 * MINUTE)
      await deploy()
      expect(isUpdated()).toBe(false)
      await local.clock.advance(91 * MINUTE)
      expect(isUpdated()).toBe(true)
      await local.stop()
    })

    it('holds when the supervisor starts anew', async () => {
      await take()
      await local.scene.restart()
      await local.clock.advance(MINUTE)
      await deploy()
      expect(isUpdated()).toBe(false)
    })

    it.each([
      [true, false],
      [false, true],
    ])('holds when the board starts anew, where that was asked for: %s', async (survivesReboot, updated) => {
      await take({ survivesReboot })
      await local.scene.stop()
      const kept = (await local.scene.store.locks.read())!
      // Another boot has another id.
      const taken = kept.taken.map((lock) => ({ ...lock, bootId: 'the one before' }))
      await local.scene.store.locks.write({ ...kept, taken })
      await local.scene.restart()
      await local.clock.advance(MINUTE)
      await deploy()
      expect(isUpdated()).toBe(updated)
    })

    it('comes too late for a switch that has begun', async () => {
      local.daemon.failure = (write) => (write.startsWith('stop-container') ? new Error('busy') : undefined)
      await deploy()
      expect(await take()).toMatchObject({ status: 409, json: { code: 'switch-under-way' } })
    })
  })
})
