import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Clock } from '../ports.js'
import { MemoryDocument } from '../testing/memory-store.js'
import type { BootTimes } from '../stored.js'
import { startTime } from './start-time.js'
import { TimeKeeper } from './time-keeper.js'

const SECOND = 1000
const HOUR = 3600 * SECOND

describe('the time on a board', () => {
  const truth = Date.parse('2026-11-21T08:00:00Z')
  let document: MemoryDocument<BootTimes>
  let time: TimeKeeper
  // Seconds since the board started, and what its clock said then.
  let elapsed: number
  let startedAt: number
  let boot: string
  const clock: Clock = {
    now: () => startedAt + elapsed,
    monotonic: () => elapsed,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
  }

  const start = async () => {
    time = new TimeKeeper(clock, boot, document)
    await time.load()
  }
  beforeEach(async () => {
    document = new MemoryDocument()
    elapsed = 30 * SECOND
    startedAt = 0
    boot = 'boot-1'
    await start()
  })

  it('is not known at first, and the board’s own until it is', () => {
    expect(time.isKnown()).toBe(false)
    expect(time.now()).toBe(30 * SECOND)
    expect(time.whenWas(time.stamp())).toBeUndefined()
  })

  it('is known from the server, for what happened before too', async () => {
    const before = time.stamp()
    elapsed += 10 * SECOND
    await time.hearServer(truth, 200)
    expect(time.isKnown()).toBe(true)
    expect(Math.abs(time.now() - truth)).toBeLessThan(SECOND)
    expect(time.whenWas(before)).toBe(Math.round(time.now()) - 10 * SECOND)
    elapsed += HOUR
    expect(Math.abs(time.now() - truth - HOUR)).toBeLessThan(SECOND)
  })

  it('is the board’s own, to the millisecond, where the server agrees', async () => {
    startedAt = truth - elapsed + 700
    await time.hearServer(truth, 5 * SECOND)
    expect(time.now()).toBe(truth + 700)
  })

  it('is not moved by every answer that took its time', async () => {
    await time.hearServer(truth, 100)
    const { writes } = document
    const before = time.now()
    await time.hearServer(truth - SECOND, 4 * SECOND)
    expect(time.now()).toBe(before)
    expect(document.writes).toBe(writes)
  })

  it('goes on as it was when the board’s clock is set', async () => {
    await time.hearServer(truth, 100)
    const stamp = time.stamp()
    const before = time.now()
    startedAt = truth - elapsed
    expect(Math.abs(time.now() - before)).toBeLessThan(2 * SECOND)
    expect(Math.abs((time.whenWas(stamp) ?? 0) - before)).toBeLessThan(2 * SECOND)
    await time.hearServer(truth, 100)
    expect(time.now()).toBe(truth)
  })

  it('is known at once to the next run in the same boot, and for things of former boots', async () => {
    const old = time.stamp()
    await time.hearServer(truth, 100)
    const when = time.whenWas(old)
    await start()
    expect(time.isKnown()).toBe(true)
    expect(Math.abs(time.now() - truth)).toBeLessThan(SECOND)
    boot = 'boot-2'
    elapsed = 5 * SECOND
    await start()
    expect(time.isKnown()).toBe(false)
    expect(time.whenWas(old)).toBe(when)
  })

  it('is known when the host says that its clock was set by somebody who knows', async () => {
    startedAt = truth
    let told = 0
    time.changed.add(() => told++)
    await time.trustBoard()
    await time.trustBoard()
    expect([time.isKnown(), time.now(), told]).toEqual([true, truth + elapsed, 1])
  })

  it('tells when something began as soon as it is known, and then for ever the same', async () => {
    const began = startTime(time)
    elapsed += 10 * SECOND
    expect(began()).toBeUndefined()
    await time.hearServer(truth, 100)
    const told = began()
    expect(Math.abs(Date.parse(told ?? '') - truth + 10 * SECOND)).toBeLessThan(SECOND)
    elapsed += HOUR
    expect(began()).toBe(told)
  })

  it('remembers a bounded number of boots', async () => {
    for (let n = 0; n < 60; n++) {
      boot = `boot-${n}`
      await start()
      await time.hearServer(truth + n * HOUR, 100)
    }
    expect(Object.keys((await document.read()) ?? {})).toHaveLength(50)
    expect((await document.read())?.['boot-59']).toBeDefined()
  })
})
