import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../edge/host/clock.js'
import { FolderBlobDisk } from '../../edge/blobs/folder-blob-disk.js'
import { BlobOrigin, makeBlob } from '../../testing/blob-origin.js'
import { silentLog } from '../../testing/memory-store.js'
import { BudgetSpent, type BlobSource, type TransferMeter } from '../ports.js'
import { DiskBlobStore } from './disk-blob-store.js'

const MB = 1024 * 1024
const { signal } = new AbortController()

/** Has so many bytes to give, and gets more in each pause of the download. */
class Budget implements TransferMeter {
  taken = 0
  refusals = 0

  constructor(
    private left: number,
    private readonly more: number,
  ) {}

  grant(wanted: number): Promise<number> {
    const granted = Math.min(wanted, this.left)
    if (granted === 0) {
      this.refusals++
      this.left += this.more
      return Promise.reject(new BudgetSpent('no more for now'))
    }
    this.left -= granted
    this.taken += granted
    return Promise.resolve(granted)
  }

  spend(): Promise<void> {
    return Promise.resolve()
  }

  giveBack(bytes: number): void {
    this.left += bytes
    this.taken -= bytes
  }
}

describe('a download', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fblobs-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function open(sources: BlobSource[], meter: TransferMeter) {
    const disk = await FolderBlobDisk.open(folder)
    const clock = { ...systemClock, random: () => 0, sleep: () => new Promise<void>((done) => setImmediate(done)) }
    return DiskBlobStore.open({ disk, sources, meter, clock, log: silentLog() })
  }

  it('whose budget is spent stands still, and goes on when there is more', async () => {
    const { blob, content } = makeBlob(3 * MB)
    const origin = new BlobOrigin([content])
    origin.breakAfter = [70_000, 1]
    const budget = new Budget(MB, MB)
    const store = await open([origin], budget)
    await store.fetch(blob, { signal })
    expect(store.isWhole(blob.digest)).toBe(true)
    expect(budget.refusals).toBeGreaterThan(0)
    // What was granted and did not come was given back.
    expect(budget.taken).toBe(content.length)
    expect(origin.bytesGiven).toBe(content.length)
  })

  it('without budget takes what is free as soon as somebody has it', async () => {
    const { blob, content } = makeBlob(MB)
    const registry = new BlobOrigin([content])
    const neighbour = new BlobOrigin([content])
    let asked = 0
    const later: BlobSource = {
      kind: 'neighbour',
      offer: () => Promise.resolve(asked++ < 5 ? 'none' : 'ready'),
      read: (...order) => neighbour.read(...order),
    }
    const budget = new Budget(0, 0)
    const store = await open([later, registry], budget)
    await store.fetch(blob, { signal })
    expect(store.isWhole(blob.digest)).toBe(true)
    expect([registry.bytesGiven, budget.taken]).toEqual([0, 0])
  })
})
