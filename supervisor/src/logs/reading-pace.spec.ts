import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { FakeContainer } from '../edge/fake/fake-container.js'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { FakeClock } from '../testing/fake-clock.js'
import { startCollecting } from '../testing/log-collecting.js'
import { MemoryLogSpool } from '../testing/memory-store.js'
import { createContainerStep } from '../testing/steps.js'

const KB = 1024
const MINUTE_MS = 60_000
const LINE_BYTES = 4 * KB

describe('a service that writes without end', () => {
  let clock: FakeClock
  let engine: FakeEngine
  let [web, other]: FakeContainer[] = []
  let spool: MemoryLogSpool
  let stop: () => Promise<void>

  beforeEach(async () => {
    clock = new FakeClock()
    const daemon = new FakeDaemon(clock)
    ;[web, other] = ['web', 'other'].map((name) => {
      const container = daemon.addContainer('device', createContainerStep(name, { image: 'web' }))
      container.start()
      return container
    })
    engine = new FakeEngine('device', daemon)
    spool = new MemoryLogSpool()
    await start()
  })
  afterEach(() => stop())

  const start = async () => {
    stop = await startCollecting(engine, spool, clock)
  }

  const lines = (service: string) =>
    spool.nextBatch({ lines: 1e6 })?.lines.filter((line) => line.service === service) ?? []
  const kept = () => lines('web').filter(({ stream }) => stream === 'stdout')
  const said = () => lines('web').filter(({ stream }) => stream === 'system')

  let printed = 0
  /** Lines whose texts begin with their number. */
  async function flood(megabytes: number): Promise<void> {
    for (let n = 0; n < (megabytes * KB * KB) / LINE_BYTES; n++) {
      web?.print('stdout', `${printed++} `.padEnd(LINE_BYTES, 'x'))
    }
    await clock.advance(0)
  }

  it('is read at once for a while, then at a pace that a board bears, and says so', async () => {
    await flood(1)
    expect(kept()).toHaveLength(256)
    expect(said()).toEqual([])
    await flood(4)
    const atOnce = kept().length * LINE_BYTES
    expect(atOnce).toBeLessThan(2 * KB * KB)
    await clock.advance(MINUTE_MS)
    const inMinute = kept().length * LINE_BYTES - atOnce
    expect(inMinute).toBeGreaterThan(1.5 * KB * KB)
    expect(inMinute).toBeLessThan(2 * KB * KB)
    expect(said()).toMatchObject([{ text: expect.stringContaining('More than 32 KB a second') }])
    await clock.advance(10 * MINUTE_MS)
    expect(said()).toHaveLength(1)
  })

  it('does not hold up the lines of others', async () => {
    await flood(4)
    for (let n = 0; n < 100; n++) other?.print('stdout', 'x'.repeat(LINE_BYTES))
    await clock.advance(0)
    expect(lines('other')).toHaveLength(100)
  })

  it('loses no line, over a restart too', async () => {
    await flood(4)
    await stop()
    await start()
    await clock.advance(10 * MINUTE_MS)
    const numbers = kept().map(({ text }) => Number.parseInt(text))
    expect(numbers).toEqual(numbers.map((_, at) => at + (numbers[0] ?? 0)))
    expect(numbers.at(-1)).toBe(printed - 1)
    expect(numbers).toHaveLength(1024)
  })
})
