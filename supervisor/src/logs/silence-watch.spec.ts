import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { FakeContainer } from '../edge/fake/fake-container.js'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { FakeClock } from '../testing/fake-clock.js'
import { startCollecting } from '../testing/log-collecting.js'
import { MemoryLogSpool } from '../testing/memory-store.js'
import { createContainerStep } from '../testing/steps.js'

const HOUR_MS = 3_600_000

/** Counts streams; those that are opened while `isRotating` give what there is, and then nothing ever again. */
class RotatingEngine extends FakeEngine {
  opened = 0
  isRotating = false

  override async *readLogs(id: string, options: Parameters<FakeEngine['readLogs']>[1]) {
    this.opened++
    const isDead = this.isRotating
    let left = this.daemon.containers.get(id)?.logged.length ?? 0
    for await (const frame of super.readLogs(id, options)) {
      if (!isDead || left-- > 0) yield frame
    }
  }
}

describe('the log of a container', () => {
  let clock: FakeClock
  let engine: RotatingEngine
  let web: FakeContainer
  let spool: MemoryLogSpool
  let stop: () => Promise<void>

  beforeEach(() => {
    clock = new FakeClock()
    const daemon = new FakeDaemon(clock)
    web = daemon.addContainer('device', createContainerStep('web', { image: 'web' }))
    web.start()
    engine = new RotatingEngine('device', daemon)
    spool = new MemoryLogSpool()
  })
  afterEach(() => stop())

  const start = async () => {
    stop = await startCollecting(engine, spool, clock)
  }

  const texts = () => spool.nextBatch({ lines: 1000 })?.lines.map(({ text }) => text) ?? []
  const print = async (text: string) => {
    web.print('stdout', text)
    await clock.advance(0)
  }

  it('is opened once more where it is silent, and then left open', async () => {
    await start()
    await clock.advance(HOUR_MS)
    expect(engine.opened).toBe(2)
    await print('late')
    expect(texts()).toEqual(['late'])
  })

  it('is left open where it has shown that it lives', async () => {
    await start()
    await clock.advance(30_000)
    await print('live')
    await clock.advance(HOUR_MS)
    expect(engine.opened).toBe(1)
  })

  it('is read on, each line once, where its stream died when it was opened', async () => {
    await print('before')
    engine.isRotating = true
    await start()
    engine.isRotating = false
    await print('one')
    await clock.advance(10_000)
    await print('two')
    expect(texts()).toEqual(['before'])
    await clock.advance(60_000)
    expect(texts()).toEqual(['before', 'one', 'two'])
    await clock.advance(HOUR_MS)
    await print('three')
    expect(texts()).toEqual(['before', 'one', 'two', 'three'])
    expect(engine.opened).toBe(3)
  })
})
