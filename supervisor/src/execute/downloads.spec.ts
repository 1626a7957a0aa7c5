import { beforeEach, describe, expect, it } from '@jest/globals'
import type { DownloadProgress } from '../images/ports.js'
import { FakeClock } from '../testing/fake-clock.js'
import { Downloads } from './downloads.js'

const SECOND = 1000

describe('what is told of downloads', () => {
  let clock: FakeClock
  let downloads: Downloads
  beforeEach(() => {
    clock = new FakeClock()
    downloads = new Downloads(clock)
  })

  const note = (doneBytes: number, change: Partial<DownloadProgress> = {}) =>
    downloads.note('image', {
      ...{ doneBytes, neededBytes: 1_000_000, way: 'layers' as const, neighbourBytes: 0, bundleBytes: 0 },
      ...change,
    })
  const told = () => downloads.shown().image

  it('is the rate of the last twenty seconds, and when it ends at that', async () => {
    note(0)
    for (let second = 1; second <= 60; second++) {
      await clock.advance(SECOND)
      note(second <= 30 ? second * 1_000 : 30_000 + (second - 30) * 10_000)
    }
    expect(told()?.bytesPerSecond).toBeGreaterThan(9_000)
    expect(told()?.bytesPerSecond).toBeLessThanOrEqual(10_000)
    const { doneBytes = 0, bytesPerSecond = 1, endsAt = '' } = told() ?? {}
    const leftMs = Date.parse(endsAt) - clock.now()
    expect(leftMs / SECOND).toBeCloseTo((1_000_000 - doneBytes) / bytesPerSecond, 0)
  })

  it('is no rate at first, and no end where nothing comes', async () => {
    note(500_000)
    expect(told()).toEqual({ doneBytes: 500_000, neededBytes: 1_000_000, way: 'layers' })
    for (let second = 1; second <= 60; second++) {
      await clock.advance(SECOND)
      note(500_000)
    }
    expect(told()).toMatchObject({ bytesPerSecond: 0 })
    expect(told()?.endsAt).toBeUndefined()
  })

  it('is news once a percent more has come, and every 15 seconds', async () => {
    expect(note(0)).toBe(true)
    await clock.advance(SECOND)
    expect(note(9_999)).toBe(false)
    expect(note(10_000)).toBe(true)
    await clock.advance(14 * SECOND)
    expect(note(10_001)).toBe(false)
    expect(told()?.doneBytes).toBe(10_000)
    await clock.advance(SECOND)
    expect(note(10_002)).toBe(true)
  })

  it('is news when another way is taken', () => {
    note(1)
    expect(note(1, { way: 'delta', neededBytes: 2_000 })).toBe(true)
    expect(note(2, { neighbourBytes: 2 })).toBe(true)
    expect(told()).toMatchObject({ way: 'layers', neighbourBytes: 2 })
    downloads.end('image')
    expect(downloads.shown()).toEqual({})
  })
})
