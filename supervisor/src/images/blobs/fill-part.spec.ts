import { describe, expect, it } from '@jest/globals'
import { VirtualClock } from '../../simulation/virtual-clock.js'
import { BlobOrigin, makeBlob } from '../../testing/blob-origin.js'
import { CutDisk } from '../../testing/cut-disk.js'
import { freeMeter } from '../../testing/free-meter.js'
import { silentLog } from '../../testing/memory-store.js'
import type { Blob, BlobSource } from '../ports.js'
import { DiskBlobStore } from './disk-blob-store.js'
import { SourceError } from './source-error.js'

const KB = 1024
const PIECE_MS = 200
const NEVER = 3_600_000

/** A registry, and a neighbour that is asked before it and has each blob a little later. */
function setUp(...sizes: number[]) {
  const clock = new VirtualClock(0)
  const made = sizes.map((size) => makeBlob(size))
  const contents = made.map(({ content }) => content)
  const [registry, neighbour] = [new BlobOrigin(contents), new BlobOrigin(contents.slice(-1), 'neighbour')]
  for (const origin of [registry, neighbour]) origin.pace = () => clock.sleep(PIECE_MS)
  const disk = new CutDisk(() => 0.5).open()
  const open = (...sources: BlobSource[]) =>
    DiskBlobStore.open({ disk, sources, meter: freeMeter, clock, log: silentLog() })
  return { clock, blobs: made.map(({ blob }) => blob), registry, neighbour, open }
}

/** How long it takes to fetch a blob, whole. */
async function timeOf(store: DiskBlobStore, blob: Blob, clock: VirtualClock): Promise<number> {
  const startedAt = clock.monotonic()
  let tookMs = Infinity
  const fetching = store.fetch(blob, new AbortController()).then(() => (tookMs = clock.monotonic() - startedAt))
  await clock.advance(NEVER, () => tookMs < Infinity)
  await fetching
  expect(store.isWhole(blob.digest)).toBe(true)
  return tookMs
}

/** Sends the first who asks away for minutes, others not. */
function turningAwayOnce(registry: BlobOrigin): BlobSource {
  let isFirst = true
  return {
    kind: 'registry',
    offer: (blob) => registry.offer(blob),
    async *read(...order) {
      const isTurnedAway = isFirst
      isFirst = false
      if (isTurnedAway) throw new SourceError('Too many at once', { retryAfterMs: 300_000 })
      yield* registry.read(...order)
    },
  }
}

describe('a download in several ranges', () => {
  it('ends with its last byte, while one who waits for a source still would', async () => {
    const { clock, blobs, registry, neighbour, open } = setUp(1_000 * KB)
    // Three ask at the beginning, and then the one that was turned away.
    neighbour.offers = ['none', 'none', 'none', 'none']
    const store = await open(neighbour, turningAwayOnce(registry))
    expect(await timeOf(store, blobs[0] as Blob, clock)).toBeLessThan(10_000)
    expect(neighbour.bytesGiven).toBeGreaterThan(0)
    expect(registry.bytesGiven + neighbour.bytesGiven).toBe(1_000 * KB)
  })

  it('ends so, too, where one waits for a source that is busy with other blobs', async () => {
    const { clock, blobs, registry, neighbour, open } = setUp(9_000 * KB, 1_000 * KB)
    const [large, blob] = blobs as [Blob, Blob]
    const store = await open(neighbour, registry)
    registry.pace = () => clock.sleep(NEVER / 2)
    const stop = new AbortController()
    const other = store.fetch(large, stop).catch(() => undefined)
    await clock.advance(1)
    neighbour.offers = ['none']
    expect(await timeOf(store, blob, clock)).toBeLessThan(10_000)
    expect(neighbour.bytesGiven).toBe(1_000 * KB)
    stop.abort()
    await other
  })

  it('asks again for ranges that broke while somebody waited', async () => {
    const { clock, blobs, registry, neighbour, open } = setUp(1_000 * KB)
    neighbour.offers = ['none', 'none', 'none', 'none']
    neighbour.breakAfter = [40_000, 1, 1, 50_000]
    const store = await open(neighbour, turningAwayOnce(registry))
    await timeOf(store, blobs[0] as Blob, clock)
    expect(registry.bytesGiven + neighbour.bytesGiven).toBe(1_000 * KB)
  })
})
