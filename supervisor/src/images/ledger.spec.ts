import { beforeEach, describe, expect, it } from '@jest/globals'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryBlobs } from '../testing/memory-blobs.js'
import { MemoryDocument, silentLog } from '../testing/memory-store.js'
import { makeBlob } from '../testing/blob-origin.js'
import { Ledger } from './ledger.js'
import type { StoredImages } from './stored-images.js'

const HOUR = 3_600_000
const IMAGE = 'registry.test/app@sha256:one'

describe('blobs of an image that the engine has', () => {
  let blobs: MemoryBlobs
  let document: MemoryDocument<StoredImages>
  let hasNeighbours: boolean
  let digest: string

  const open = async () => {
    const ledger = new Ledger(document, blobs, silentLog(), () => hasNeighbours)
    await ledger.load()
    return ledger
  }
  const finish = async (now: number) => {
    const { blob, content } = makeBlob(1000)
    digest = blob.digest
    await blobs.put(
      digest,
      (async function* () {
        await Promise.resolve()
        yield content
      })(),
    )
    const ledger = await open()
    await ledger.begin(IMAGE, [digest])
    await ledger.finish(IMAGE, { tars: {}, inEngine: [], now })
    return ledger
  }
  beforeEach(() => {
    blobs = new MemoryBlobs(new Map(), new FakeClock())
    document = new MemoryDocument()
    hasNeighbours = true
  })

  it('go at once where there is nobody to lend them to', async () => {
    hasNeighbours = false
    await finish(0)
    expect(blobs.isWhole(digest)).toBe(false)
  })

  it('stay for an hour where there are neighbours, over restarts too', async () => {
    await finish(0)
    await (await open()).keepOnly(new Set(), HOUR / 2)
    expect(blobs.isWhole(digest)).toBe(true)
    await (await open()).keepOnly(new Set(), 2 * HOUR)
    expect(blobs.isWhole(digest)).toBe(false)
  })

  it('go when the last neighbour may no longer have them', async () => {
    const ledger = await finish(0)
    hasNeighbours = false
    await ledger.keepOnly(new Set(), 1)
    expect(blobs.isWhole(digest)).toBe(false)
  })

  it('stay as long as another image needs them', async () => {
    const ledger = await finish(0)
    await ledger.begin('registry.test/app@sha256:two', [digest])
    await ledger.keepOnly(new Set(['registry.test/app@sha256:two']), 2 * HOUR)
    expect(blobs.isWhole(digest)).toBe(true)
  })

  it('count as under way until then', async () => {
    const { blob, content } = makeBlob(1000)
    const ledger = await open()
    await ledger.begin(IMAGE, [blob.digest])
    expect(ledger.bytesUnderWay()).toBe(0)
    await blobs.put(
      blob.digest,
      (async function* () {
        await Promise.resolve()
        yield content
      })(),
    )
    expect(ledger.bytesUnderWay()).toBe(1000)
    await ledger.finish(IMAGE, { tars: {}, inEngine: [], now: 0 })
    expect(ledger.bytesUnderWay()).toBe(0)
  })
})
