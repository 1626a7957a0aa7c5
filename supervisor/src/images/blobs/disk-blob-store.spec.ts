import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { systemClock } from '../../edge/host/clock.js'
import { FolderBlobDisk } from '../../edge/blobs/folder-blob-disk.js'
import { BlobOrigin, digestOf, makeBlob } from '../../testing/blob-origin.js'
import { eventually } from '../../testing/eventually.js'
import { silentLog } from '../../testing/memory-store.js'
import type { BlobDisk, BlobFile } from './blob-disk.js'
import { DiskBlobStore } from './disk-blob-store.js'
import { freeMeter } from '../../testing/free-meter.js'

const MB = 1024 * 1024

describe('the blob store', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fblobs-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const { signal } = new AbortController()
  async function open(sources: BlobOrigin[], { meter = freeMeter } = {}) {
    const disk = await FolderBlobDisk.open(folder)
    return DiskBlobStore.open({ disk, sources, meter, clock: { ...systemClock, random: () => 0 }, log: silentLog() })
  }
  const contentOf = async (store: DiskBlobStore, digest: string, range?: { first: number; last: number }) => {
    const pieces: Uint8Array[] = []
    for await (const piece of store.read(digest, range)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  it('fetches a blob in ranges, each byte once, and leaves nothing but it', async () => {
    const { blob, content } = makeBlob(5 * MB + 17)
    const origin = new BlobOrigin([content])
    const store = await open([origin])
    const told: number[] = []
    await store.fetch(blob, { signal, onBytes: (_, kind, added) => told.push(kind === 'registry' ? added : 0) })
    expect(digestOf(await contentOf(store, blob.digest))).toBe(blob.digest)
    expect(origin.bytesGiven).toBe(content.length)
    expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe(content.length)
    expect(store.list()).toMatchObject([{ digest: blob.digest, bytes: content.length, isWhole: true }])
    expect(await readdir(folder)).toEqual([blob.digest.slice(7)])
    expect(digestOf(await readFile(store.pathOf(blob.digest)))).toBe(blob.digest)
  })

  it('goes on at the last byte when a range breaks', async () => {
    const { blob, content } = makeBlob(2 * MB)
    const origin = new BlobOrigin([content])
    origin.breakAfter = [100_000, 1, 0, 65_536]
    const store = await open([origin])
    await store.fetch(blob, { signal })
    expect(digestOf(await contentOf(store, blob.digest))).toBe(blob.digest)
    expect(origin.bytesGiven).toBe(content.length)
  })

  it('goes on where it stopped after a restart', async () => {
    const { blob, content } = makeBlob(3 * MB)
    const origin = new BlobOrigin([content])
    const first = await open([origin])
    const stop = new AbortController()
    const fetching = first.fetch(blob, { signal: stop.signal, onBytes: (done) => done > MB && stop.abort() })
    await expect(fetching).rejects.toThrow('abort')
    await first.close()
    const store = await open([origin])
    expect(store.bytesOf(blob.digest)).toBeGreaterThan(MB)
    expect(store.bytesOf(blob.digest)).toBe(origin.bytesGiven)
    await store.fetch(blob, { signal })
    expect(digestOf(await contentOf(store, blob.digest))).toBe(blob.digest)
    expect(origin.bytesGiven).toBe(content.length)
  })

  it('takes in a blob that two bring at once', async () => {
    const store = await open([])
    for (let times = 0; times < 20; times++) {
      const { blob, content } = makeBlob(20_000)
      await Promise.all([1, 2].map(() => store.put(blob.digest, Readable.from([content]))))
      expect(digestOf(await contentOf(store, blob.digest))).toBe(blob.digest)
    }
    expect((await readdir(folder)).filter((name) => name.includes('.'))).toEqual([])
  })

  it('gives a blob that is brought meanwhile to whoever waits for it, and fetches no more of it', async () => {
    for (let times = 0; times < 20; times++) {
      const { blob, content } = makeBlob(MB)
      const origin = new BlobOrigin([content])
      let asked = 0
      origin.pace = () => new Promise<void>(() => (asked += 1))
      const store = await open([origin])
      const fetching = store.fetch(blob, { signal })
      await eventually(() => expect(asked).toBe(3))
      await store.put(blob.digest, Readable.from([content]))
      await fetching
      expect(asked).toBe(3)
      expect(await readdir(folder)).not.toContain(`${blob.digest.slice(7)}.part`)
    }
  })

  it('does not believe a disk that could not sync what was written, and then says that it can', async () => {
    const { blob, content } = makeBlob(8 * MB)
    const disk = await FolderBlobDisk.open(folder)
    const bad = new ForgetfulDisk(disk, content.length)
    // Only the last byte makes a sync due.
    const clock = { ...systemClock, monotonic: () => 0 }
    const origin = new BlobOrigin([content])
    // The first range comes last, so that all behind it is read back.
    let asked = 0
    origin.pace = async () => {
      if (asked++ === 0) await eventually(() => origin.bytesGiven >= content.length - MB / 4)
    }
    const store = await DiskBlobStore.open({ disk: bad, sources: [origin], meter: freeMeter, clock, log: silentLog() })
    await expect(store.fetch(blob, { signal })).rejects.toThrow('Could not write what was downloaded')
    expect(store.isWhole(blob.digest)).toBe(false)
    await store.fetch(blob, { signal })
    expect(store.isWhole(blob.digest)).toBe(true)
  })

  it.each(['journal', 'part'])('goes on where the disk cannot read the %s of a blob any more', async (kind) => {
    const [spoiled, other] = [makeBlob(2 * MB), makeBlob(2 * MB)]
    const origin = new BlobOrigin([spoiled.content, other.content])
    const first = await open([origin])
    for (const { blob } of [spoiled, other]) {
      const stop = new AbortController()
      const fetching = first.fetch(blob, { signal: stop.signal, onBytes: (done) => done > MB && stop.abort() })
      await expect(fetching).rejects.toThrow('abort')
    }
    await first.close()
    const disk = new BadCard(await FolderBlobDisk.open(folder), `${spoiled.blob.digest.slice(7)}.${kind}`)
    const clock = { ...systemClock, random: () => 0 }
    const store = await DiskBlobStore.open({ disk, sources: [origin], meter: freeMeter, clock, log: silentLog() })
    expect(store.bytesOf(other.blob.digest)).toBeGreaterThan(MB)
    for (const { blob } of [spoiled, other]) {
      await store.fetch(blob, { signal })
      expect(digestOf(await contentOf(store, blob.digest))).toBe(blob.digest)
    }
  })
})

/** Another disk, with the operations that a test does not speak of. */
class DiskAround implements BlobDisk {
  readonly list = () => this.disk.list()
  readonly rename = (from: string, to: string) => this.disk.rename(from, to)
  readonly remove = (name: string) => this.disk.remove(name)
  readonly syncNames = () => this.disk.syncNames()
  readonly path = (name: string) => this.disk.path(name)

  constructor(protected readonly disk: BlobDisk) {}

  open(name: string): Promise<BlobFile | undefined> {
    return this.disk.open(name)
  }

  create(name: string): Promise<BlobFile> {
    return this.disk.create(name)
  }
}

/** Has lost what is in one file, until another is made in its place. */
class BadCard extends DiskAround {
  constructor(
    disk: BlobDisk,
    private lost: string,
  ) {
    super(disk)
  }

  override async open(name: string): Promise<BlobFile | undefined> {
    const file = await this.disk.open(name)
    if (!file || name !== this.lost) return file
    const failure = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
    return {
      size: () => file.size(),
      read: () => Promise.reject(failure),
      write: (bytes, position) => file.write(bytes, position),
      sync: () => file.sync(),
      close: () => file.close(),
    }
  }

  override create(name: string): Promise<BlobFile> {
    if (name === this.lost) this.lost = ''
    return this.disk.create(name)
  }
}

/** Fails to sync the first file that has so many bytes, once, and before it is read back. */
class ForgetfulDisk extends DiskAround {
  private hasFailed = false

  constructor(
    disk: BlobDisk,
    private readonly bytes: number,
  ) {
    super(disk)
  }

  override async create(name: string): Promise<BlobFile> {
    const file = await this.disk.create(name)
    let written = 0
    const isDue = () => written === this.bytes && !this.hasFailed
    return {
      size: () => file.size(),
      close: () => file.close(),
      write: async (bytes, position) => {
        await file.write(bytes, position)
        written += bytes.length
      },
      read: async (into, position) => {
        await eventually(() => !isDue())
        return file.read(into, position)
      },
      sync: () => {
        if (!isDue()) return file.sync()
        this.hasFailed = true
        return Promise.reject(new Error('EIO'))
      },
    }
  }
}
