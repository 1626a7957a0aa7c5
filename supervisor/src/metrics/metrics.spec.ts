import type { MetricsSample } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Listeners } from '../listeners.js'
import type { MetricsQueue } from '../part.js'
import type { Reading } from '../ports.js'
import type { TargetKeeper } from '../target/target-keeper.js'
import { FakeClock } from '../testing/fake-clock.js'
import { silentLog } from '../testing/memory-store.js'
import { Metrics } from './metrics.js'
import { SampleQueue } from './sample-queue.js'

const MINUTE = 60_000

describe('the measuring of a board', () => {
  let clock: FakeClock
  let reading: Reading | Error
  let readings: number
  let config: Record<string, string>
  let metrics: Metrics
  let queue: MetricsQueue
  let latest: () => MetricsSample | undefined
  let stop: AbortController
  const changed = new Listeners()

  beforeEach(() => {
    clock = new FakeClock()
    reading = { cpuPercent: 10, temperatureCelsius: 50 }
    readings = 0
    config = {}
    stop = new AbortController()
  })
  afterEach(() => stop.abort())

  function start(seconds = 60) {
    const read = () => {
      readings++
      return reading instanceof Error ? Promise.reject(reading) : Promise.resolve(reading)
    }
    metrics = new Metrics({ read }, { seconds })
    // Of the keeper only what Metrics looks at.
    const targets = { changed, get target() { return { config } } } as unknown as TargetKeeper // prettier-ignore
    const part = metrics.part({ clock: Object.assign(clock, { isKnown: () => true }), log: silentLog(), targets })
    queue = part.report?.metrics as MetricsQueue
    latest = () => part.offers?.latestMetrics?.()
    for (const loop of part.loops ?? []) void loop(stop.signal)
  }

  it('reads once a minute, and keeps the last reading for those who ask on the board', async () => {
    start()
    metrics.noteRoundTrip(41.7)
    await clock.advance(3 * MINUTE)
    reading = { cpuPercent: 90 }
    await clock.advance(MINUTE)
    expect(readings).toBe(5)
    expect(latest()).toEqual({ at: '2026-11-21T08:04:00.000Z', cpuPercent: 90, cloudRoundTripMs: 42 })
  })

  it('makes one sample of five readings: the mean of the processor’s share, the rest as it is then', async () => {
    start()
    await clock.advance(3 * MINUTE)
    reading = { cpuPercent: 60, temperatureCelsius: 55 }
    await clock.advance(MINUTE)
    expect(queue.pending(10)).toMatchObject([
      { at: '2026-11-21T08:04:00.000Z', cpuPercent: 20, temperatureCelsius: 55 },
    ])
  })

  it('wants a report of its own for samples only every quarter of an hour', async () => {
    start()
    await clock.advance(13 * MINUTE)
    expect(queue.isDue()).toBe(false)
    await clock.advance(2 * MINUTE)
    expect(queue.isDue()).toBe(true)
    await queue.acknowledge(queue.pending(10))
    expect(queue.isDue()).toBe(false)
    expect(queue.pending(10)).toEqual([])
  })

  it('tells at once of a board that is not fed enough, also when it was over with the next reading', async () => {
    start()
    await clock.advance(MINUTE)
    reading = { isUnderVoltage: true }
    await clock.advance(MINUTE)
    reading = { isUnderVoltage: false }
    await clock.advance(MINUTE)
    expect(queue.isDue()).toBe(true)
    expect(queue.pending(10)).toMatchObject([{ at: '2026-11-21T08:02:00.000Z', isUnderVoltage: true }])
  })

  it('goes by the pace that the fleet sets, from then on', async () => {
    start()
    await clock.advance(MINUTE / 2)
    config = { FLOTILLA_METRICS_SECONDS: '10' }
    changed.notify()
    await clock.advance(MINUTE)
    expect(readings).toBe(8)
    config = { FLOTILLA_METRICS_SECONDS: '0' }
    changed.notify()
    await clock.advance(60 * MINUTE)
    expect(readings).toBe(8)
  })

  it('measures on when a reading fails', async () => {
    start()
    reading = new Error('EIO')
    await clock.advance(MINUTE)
    reading = { cpuPercent: 1 }
    await clock.advance(MINUTE)
    expect(latest()?.cpuPercent).toBe(1)
  })
})

describe('samples that wait for the server', () => {
  it('lose detail with age, never their newest', () => {
    const clock = { now: () => 1_000_000 + clock.monotonic(), monotonic: () => time, isKnown: () => true }
    let time = 0
    const queue = new SampleQueue(clock, 8)
    const uptimes = () => queue.pending(100).map(({ uptimeSeconds }) => Number(uptimeSeconds))
    for (; time < 100; time++) {
      queue.add({ uptimeSeconds: time }, false)
      expect(uptimes().length).toBeLessThanOrEqual(8)
      expect(uptimes()[0]).toBe(0)
      expect(uptimes().slice(-2)).toEqual(time === 0 ? [0] : [time - 1, time])
    }
    expect(uptimes()).toEqual(uptimes().toSorted((a, b) => a - b))
  })

  it('carry their true times where the date was put right only later', () => {
    const time = { now: 0, monotonic: 0, isKnown: false }
    const { now, monotonic, isKnown } = {
      now: () => time.now,
      monotonic: () => time.monotonic,
      isKnown: () => time.isKnown,
    }
    const queue = new SampleQueue({ now, monotonic, isKnown })
    queue.add({ cpuPercent: 1 }, true)
    expect([queue.isDue(), queue.pending(1)]).toEqual([false, []])
    Object.assign(time, { now: Date.parse('2026-11-21T08:00:10Z'), monotonic: 10_000, isKnown: true })
    expect(queue.isDue()).toBe(true)
    expect(queue.pending(1)).toEqual([{ at: '2026-11-21T08:00:00.000Z', cpuPercent: 1 }] satisfies MetricsSample[])
  })

  it('stay until the very ones that were sent have arrived', async () => {
    const queue = new SampleQueue({ now: () => 0, monotonic: () => 0, isKnown: () => true })
    queue.add({ cpuPercent: 1 }, false)
    const sent = queue.pending(10)
    queue.add({ cpuPercent: 2 }, false)
    await queue.acknowledge(sent)
    expect(queue.pending(10).map(({ cpuPercent }) => cpuPercent)).toEqual([2])
  })
})
