import { describe, expect, it } from '@jest/globals'
import { RangeSizes } from './range-sizes.js'

const KB = 1024
// Of one connection of a link.
const BYTES_PER_SECOND = 80 * KB

/** A link that is up from the first to the last of these milliseconds, and then breaks. */
function useUntilBreak(sizes: RangeSizes, from: number, to: number): void {
  const perMs = BYTES_PER_SECOND / 1000
  let now = from
  for (let bytes = sizes.next(); now + bytes / perMs < to; bytes = sizes.next()) {
    const lastAt = now + bytes / perMs
    sizes.worked({ bytes, startedAt: now, lastAt })
    now = lastAt
  }
  // Three connections, which are given up one after the other.
  for (const noticedAt of [to + 20_000, to + 21_000, to + 22_000]) {
    sizes.broke({ bytes: (to - now) * perMs, startedAt: now, lastAt: to }, noticedAt)
  }
}

describe('how much is asked for at a time', () => {
  it('grows to some seconds of a link that holds', () => {
    const sizes = new RangeSizes()
    expect(sizes.next()).toBe(256 * KB)
    for (let at = 0; at < 20; at++) {
      const bytes = sizes.next()
      sizes.worked({ bytes, startedAt: at * 60_000, lastAt: at * 60_000 + (bytes / BYTES_PER_SECOND) * 1000 })
    }
    expect(sizes.next()).toBe(640 * KB)
  })

  it('is a small share of what comes between two breaks', () => {
    const sizes = new RangeSizes()
    useUntilBreak(sizes, 0, 60_000)
    expect(sizes.next()).toBe(128 * KB)
    useUntilBreak(sizes, 100_000, 110_000)
    expect(sizes.next()).toBe(64 * KB)
  })

  it('grows again once the link has held for longer than it used to', () => {
    const sizes = new RangeSizes()
    useUntilBreak(sizes, 0, 30_000)
    expect(sizes.next()).toBe(64 * KB)
    sizes.worked({ bytes: 64 * KB, startedAt: 100_000, lastAt: 100_800 })
    sizes.worked({ bytes: 64 * KB, startedAt: 299_200, lastAt: 300_000 })
    expect(sizes.next()).toBe(320 * KB)
  })

  it('learns nothing of breaks from connections that never came to be', () => {
    const sizes = new RangeSizes()
    sizes.worked({ bytes: 256 * KB, startedAt: 0, lastAt: 3_200 })
    const before = sizes.next()
    for (let at = 0; at < 10; at++) {
      sizes.broke({ bytes: 0, startedAt: at * 20_000, lastAt: at * 20_000 }, (at + 1) * 20_000)
    }
    expect(sizes.next()).toBe(before)
  })
})
