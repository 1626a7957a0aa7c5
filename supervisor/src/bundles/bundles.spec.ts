import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { SimBoard } from '../simulation/sim-board.js'
import { VirtualClock } from '../simulation/virtual-clock.js'
import { MemoryBundle } from '../testing/bundle-files.js'
import { FAKE_IMAGES, app, fakeImage, imageName, service } from '../testing/targets.js'
import type { BundleIntake, BundleOutcome } from './ports.js'

const MINUTE = 60_000
const STICK = '/mnt/stick/weather.flotilla'
const first = app(1, { web: service(fakeImage('web-1')) })
const second = app(2, { web: service(fakeImage('web-2')), api: service(fakeImage('api')) })

describe('a bundle in a board', () => {
  let board: SimBoard
  beforeEach(async () => {
    board = new SimBoard({ clock: new VirtualClock(Date.parse('2026-11-21T08:00:00Z')) })
    board.start()
    await board.run(MINUTE, () => board.cloud.device !== undefined)
    board.cloud.deploy([first])
    await board.run(5 * MINUTE, () => runs('web-1'))
    board.cloud.cutLink()
  })
  afterEach(() => board.stop())

  const intake = () => board.intake as BundleIntake
  const runs = (...names: string[]) => {
    const running = [...board.daemon.containers.values()].filter(({ status }) => status === 'running')
    return running.map(({ step }) => step.spec.image).sort().join() === names.map((it) => imageName(fakeImage(it))).sort().join() // prettier-ignore
  }
  const told = (kind: string) => board.store.events.all.filter((event) => event.kind === kind)
  const fetched = () => [...board.blobs.given.values()].reduce((sum, bytes) => sum + bytes, 0)
  /** What comes of it once the board has had its time. */
  async function offer(file: MemoryBundle): Promise<BundleOutcome> {
    const offered: { outcome?: BundleOutcome } = {}
    void intake().offer(file, 'usb').then((outcome) => (offered.outcome = outcome)) // prettier-ignore
    await board.run(MINUTE, () => offered.outcome !== undefined)
    return offered.outcome!
  }
  function bundle(): MemoryBundle {
    board.cloud.deploy([second])
    return new MemoryBundle(STICK, board.cloud.bundle())
  }

  it('brings a release to it without any link, and the cloud hears of it later, at its true time', async () => {
    const before = fetched()
    const outcome = await offer(bundle())
    const at = board.clock.now()
    expect(outcome).toMatchObject({ accepted: true, isNew: true, generation: 2, release: { version: '2.0.0' } })
    await board.run(5 * MINUTE, () => told('bundle-applied').length > 0)
    expect(runs('web-2', 'api')).toBe(true)
    expect(fetched()).toBe(before)
    expect(intake().status()).toMatchObject([{ name: STICK, way: 'usb', state: 'done', isRunning: true }])
    await board.run(60 * MINUTE)
    board.cloud.mendLink()
    const arrived = () => board.cloud.device?.events.filter(({ kind }) => kind === 'bundle-applied') ?? []
    await board.run(60 * MINUTE, () => arrived().length > 0)
    expect(arrived()[0]?.detail).toMatchObject({
      ...{ name: STICK, way: 'usb', generation: 2, release: '2.0.0', releaseId: second.release.id },
      createdAt: '2026-11-21T07:00:00.000Z',
    })
    expect(Date.parse(arrived()[0]!.at) - at).toBeLessThan(5 * MINUTE)
    expect(board.cloud.device?.state.apps?.[second.id]?.releaseId).toBe(second.release.id)
  })

  it('is done with at once where it runs already, and says nothing more', async () => {
    const file = bundle()
    await offer(file)
    await board.run(5 * MINUTE, () => told('bundle-applied').length > 0)
    await intake().withdraw(STICK)
    expect(file.isClosed).toBe(true)
    const writes = board.daemon.writes.length
    expect(await offer(new MemoryBundle(STICK, board.cloud.bundle()))).toMatchObject({ accepted: true, isNew: false })
    await board.run(5 * MINUTE)
    expect(intake().status()).toMatchObject([{ state: 'done', isRunning: true, neededBytes: 0 }])
    expect(board.daemon.writes.length).toBe(writes)
    expect(told('bundle-applied')).toHaveLength(1)
  })

  it('is looked at without a change', async () => {
    const file = bundle()
    expect(await intake().check(file)).toMatchObject({ accepted: true, isNew: true, generation: 2 })
    expect(file.isClosed).toBe(false)
    await board.run(5 * MINUTE)
    expect(intake().status()).toEqual([])
    expect(runs('web-1')).toBe(true)
  })

  it('is refused where it is older than what the board has, and that is told of once', async () => {
    const old = board.cloud.bundle()
    await offer(bundle())
    await board.run(5 * MINUTE, () => runs('web-2', 'api'))
    const again = new MemoryBundle('old', old)
    expect(await offer(again)).toMatchObject({ accepted: false, code: 'older-generation' })
    expect(again.isClosed).toBe(true)
    expect(intake().status()).toMatchObject([{ name: 'old', state: 'refused', code: 'older-generation' }, {}])
    board.sticks = [() => new MemoryBundle('old', old)]
    await board.restartSupervisor()
    await board.run(MINUTE)
    expect(intake().status()).toMatchObject([{ name: 'old', state: 'refused' }])
    expect(told('bundle-refused').map(({ detail }) => detail)).toEqual([
      expect.objectContaining({ name: 'old', way: 'usb', code: 'older-generation' }),
    ])
    expect(runs('web-2', 'api')).toBe(true)
  })

  describe('while the window for downloads is closed', () => {
    const [base = '', top = ''] = FAKE_IMAGES.publish('registry.test/web-2', ['base', 'web-2']).blobs
    beforeEach(() => {
      const downloadWindows = [{ days: ['tue' as const], from: '03:00', to: '03:10' }]
      board.cloud.deploy([second], { policy: { downloadWindows, timeZone: 'UTC' } })
    })

    it('brings what it has at once, for it spares the link', async () => {
      await offer(new MemoryBundle(STICK, board.cloud.bundle()))
      await board.run(5 * MINUTE, () => runs('web-2', 'api'))
      expect(runs('web-2', 'api')).toBe(true)
    })

    it('brings it also where it has but what the board lacks', async () => {
      await offer(
        new MemoryBundle(
          STICK,
          board.cloud.bundle({ images: [] }, (digest) => digest !== base),
        ),
      )
      await board.run(5 * MINUTE, () => runs('web-2', 'api'))
      expect(runs('web-2', 'api')).toBe(true)
    })

    it('says what it does not suffice for, and that waits for the window', async () => {
      board.cloud.mendLink()
      await offer(
        new MemoryBundle(
          STICK,
          board.cloud.bundle({ images: [] }, (digest) => digest !== top),
        ),
      )
      await board.run(30 * MINUTE)
      const reason = expect.stringContaining('does not suffice for web') as unknown
      expect(intake().status()).toMatchObject([{ state: 'bringing', reason }])
      expect(runs('web-1')).toBe(true)
      expect(board.blobs.given.get(top)).toBeUndefined()
    })
  })

  it('ends the rest of a download that has failed for long', async () => {
    board.hasRegistry = false
    board.cloud.mendLink()
    board.cloud.deploy([second])
    await board.run(6 * 60 * MINUTE)
    expect(runs('web-1')).toBe(true)
    expect(await offer(new MemoryBundle(STICK, board.cloud.bundle()))).toMatchObject({ accepted: true, isNew: false })
    await board.run(MINUTE, () => runs('web-2', 'api'))
    expect(runs('web-2', 'api')).toBe(true)
    await board.run(MINUTE)
    expect(told('bundle-applied')).toHaveLength(1)
  })

  it('may be pulled out in the middle: what is missing comes over the link', async () => {
    const file = bundle()
    const layer = FAKE_IMAGES.publish('registry.test/web-2', ['base', 'web-2']).blobs[1]!
    // After its index was read, in its last blobs.
    const whole = board.cloud.bundle().length
    file.onRead = () => {
      if (file.bytesRead > whole && !file.isPulled) {
        file.isPulled = true
        void intake().withdraw(STICK)
      }
    }
    expect(await offer(file)).toMatchObject({ accepted: true })
    await board.run(2 * MINUTE)
    expect(file.isPulled).toBe(true)
    expect(runs('web-1')).toBe(true)
    board.cloud.mendLink()
    await board.run(30 * MINUTE, () => intake().status()[0]?.isRunning === true)
    expect(runs('web-2', 'api')).toBe(true)
    expect(board.blobs.given.get(layer) ?? 0).toBeGreaterThan(0)
    expect(intake().status()).toMatchObject([{ name: STICK, state: 'done', isRunning: true }])
  })

  it('with a blob that is something else is refused, and the rest comes over the link', async () => {
    const layer = FAKE_IMAGES.publish('registry.test/web-2', ['base', 'web-2']).blobs[1]!
    board.cloud.deploy([second])
    const bytes = board.cloud.bundle()
    const content = FAKE_IMAGES.blobs.get(layer)!
    bytes[bytes.indexOf(content) + 12]! ^= 1
    expect(await offer(new MemoryBundle(STICK, bytes))).toMatchObject({ accepted: true })
    await board.run(2 * MINUTE)
    expect(intake().status()).toMatchObject([{ state: 'refused', code: 'incomplete', reason: expect.stringContaining(layer) }]) // prettier-ignore
    expect(told('bundle-refused')).toMatchObject([{ detail: { code: 'incomplete' } }])
    board.cloud.mendLink()
    await board.run(30 * MINUTE, () => runs('web-2', 'api'))
    expect(runs('web-2', 'api')).toBe(true)
    expect(board.blobs.given.get(layer)).toBe(content.length)
  })
})
