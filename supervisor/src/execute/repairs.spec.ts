import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Program } from '../edge/fake/fake-container.js'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { SpoiledError } from '../errors.js'
import { ApplyScene } from '../testing/apply-scene.js'
import { FakeClock } from '../testing/fake-clock.js'
import { app, fakeImage, imageName, service } from '../testing/targets.js'

const MINUTE = 60_000

describe('repairing what a power cut has spoiled', () => {
  let clock: FakeClock
  let daemon: FakeDaemon
  let scene: ApplyScene
  let program: Program
  const web = fakeImage('web')
  const image = imageName(web)
  beforeEach(async () => {
    clock = new FakeClock()
    program = {}
    daemon = new FakeDaemon(clock, { program: () => program })
    daemon.published.add(image)
    scene = new ApplyScene(daemon)
    await scene.start([app(1, { web: service(web) })])
    await clock.advance(3 * MINUTE)
    daemon.writes.length = 0
  })
  afterEach(() => scene.stop())

  const told = () => scene.events.all.filter(({ kind }) => kind.endsWith('-repaired')).map(({ kind }) => kind)
  const cutPower = async () => {
    daemon.cutPower()
    await scene.stop()
    daemon.restorePower()
    // The engine cannot start what is spoiled either.
    for (const container of daemon.containers.values()) if (isSpoiled(container.id)) container.stop()
    await scene.restart()
    await clock.advance(5 * MINUTE)
  }
  const isSpoiled = (id: string) =>
    [id, daemon.containers.get(id)?.step.spec.image ?? ''].some((it) => daemon.spoiled.has(it))

  it('makes a container anew, and leaves its image', async () => {
    daemon.spoiled.add(daemon.containerOf('web')?.id ?? '')
    await cutPower()
    expect(daemon.containerOf('web')?.status).toBe('running')
    expect(daemon.writes.filter((it) => it.startsWith('pull'))).toEqual([])
    expect(told()).toEqual(['container-repaired'])
  })

  it('fetches an image anew, and nothing is held against the release', async () => {
    daemon.spoiled.add(image)
    await cutPower()
    expect(daemon.containerOf('web')?.status).toBe('running')
    expect(daemon.writes.filter((it) => it.startsWith('pull'))).toEqual([`pull-image ${image}`])
    expect(told()).toEqual(['container-repaired', 'image-repaired'])
    expect(scene.events.kinds()).not.toContain('step-failed')
  })

  it('gives up after three times, over restarts too, until a day has passed', async () => {
    const hopeless = () => new SpoiledError('layer does not exist', true)
    daemon.failure = (write) => (write.startsWith('start-container') ? hopeless() : undefined)
    await cutPower()
    daemon.containerOf('web')?.stop()
    await cutPower()
    await cutPower()
    expect(told()).toHaveLength(3)
    expect(scene.events.kinds()).toContain('step-failed')
    await clock.advance(25 * 60 * MINUTE)
    expect(told().length).toBeGreaterThan(3)
  })

  it('fetches an image whose program is empty, which only its log tells', async () => {
    const text = 'exec /bin/web: exec format error'
    program = { prints: [{ stream: 'stderr', text }], exitsAfterMs: 10, exitCode: 255 }
    let pulls = 0
    daemon.moment = (what) => {
      if (what === `before pull-image ${image}`) pulls++
      // What comes is whole.
      if (pulls > 0) program = {}
    }
    await cutPower()
    expect(told()).toEqual(['image-repaired'])
    expect(pulls).toBe(1)
    expect(daemon.containerOf('web')).toMatchObject({ status: 'running', restartCount: 0 })
  })

  it('fetches an image whose program is missing once, and not where it has just come', async () => {
    const noProgram = () => new SpoiledError('exec: "web": executable file not found in $PATH', false)
    daemon.failure = (write) => (write.startsWith('start-container') ? noProgram() : undefined)
    daemon.containerOf('web')?.stop()
    await clock.advance(5 * MINUTE)
    expect(told()).toEqual([])
    await cutPower()
    await cutPower()
    expect(told()).toEqual(['image-repaired'])
  })
})
