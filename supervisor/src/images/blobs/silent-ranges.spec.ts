import { describe, expect, it } from '@jest/globals'
import { VirtualClock } from '../../simulation/virtual-clock.js'
import { BlobOrigin, makeBlob } from '../../testing/blob-origin.js'
import { CutDisk } from '../../testing/cut-disk.js'
import { freeMeter } from '../../testing/free-meter.js'
import { silentLog } from '../../testing/memory-store.js'
import type { ByteRange } from '../ports.js'
import { DiskBlobStore } from './disk-blob-store.js'
import { bytesIn } from './ranges.js'

const KB = 1024
const NEVER = 3_600_000
const SIZE = 3_000 * KB

/** Fetches a blob; `delay` says how long a piece of 16 KB takes that is asked for now, the nth of all. */
async function fetchOver(delay: (now: number, piece: number) => number) {
  const clock = new VirtualClock(0)
  const { blob, content } = makeBlob(SIZE)
  const origin = new BlobOrigin([content])
  let pieces = 0
  origin.pace = () => clock.sleep(delay(clock.monotonic(), pieces++))
  const disk = new CutDisk(() => 0.5).open()
  const store = await DiskBlobStore.open({ disk, sources: [origin], meter: freeMeter, clock, log: silentLog() })
  const startedAt = clock.monotonic()
  let tookMs = Infinity
  const { signal } = new AbortController()
  const fetching = store.fetch(blob, { signal }).then(() => (tookMs = clock.monotonic() - startedAt))
  await clock.advance(NEVER, () => tookMs < Infinity)
  await fetching
  return { origin, tookMs, asked: askedRanges(origin) }
}

/** Without those that never came to be, which cost nothing and were asked for again. */
function askedRanges({ asked }: BlobOrigin): ByteRange[] {
  return [...new Map(asked.map((range) => [range.first, range])).values()]
}

function sum(ranges: ByteRange[]): number {
  return ranges.reduce((bytes, range) => bytes + bytesIn(range), 0)
}

describe('a range that falls silent in its middle', () => {
  it('goes on where the link comes back, and nothing of it is asked for again', async () => {
    const cut = { from: 5_000, to: 55_000 }
    // TCP tries again some time after the link is back.
    const { asked } = await fetchOver((now) => (now > cut.from && now < cut.to ? cut.to + 7_000 - now : 200))
    expect(sum(asked)).toBe(SIZE)
  })

  it('does not hold up what others bring, and is asked for again once all else is there', async () => {
    const { asked, tookMs } = await fetchOver((_now, piece) => (piece === 8 ? NEVER : 200))
    expect(sum(asked)).toBeGreaterThan(SIZE)
    expect(tookMs).toBeLessThan(60_000)
  })

  it('is given up after two minutes', async () => {
    const { asked } = await fetchOver((_now, piece) => (piece === 8 ? NEVER : 4_000))
    const again = asked.findIndex(({ first }, at) =>
      asked.slice(0, at).some((it) => it.first < first && it.last >= first),
    )
    expect(again).toBeGreaterThan(0)
    expect(again).toBeLessThan(asked.length - 10)
  })
})
