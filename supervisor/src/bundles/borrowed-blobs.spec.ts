import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderBlobDisk } from '../edge/blobs/folder-blob-disk.js'
import { systemClock } from '../edge/host/clock.js'
import { DiskBlobStore } from '../images/blobs/disk-blob-store.js'
import type { BlobDisk } from '../images/blobs/blob-disk.js'
import type { Blob, SourceKind } from '../images/ports.js'
import { BlobOrigin, makeBlob } from '../testing/blob-origin.js'
import { MemoryBundle } from '../testing/bundle-files.js'
import { freeMeter } from '../testing/free-meter.js'
import { silentLog } from '../testing/memory-store.js'
import { BorrowedBlobs } from './borrowed-blobs.js'
import { BundleShelf } from './bundle-shelf.js'
import { OpenBundle } from './open-bundle.js'
import type { HeldBlob } from './read-bundle.js'

const MB = 1024 * 1024
const { signal } = new AbortController()

describe('blobs of a bundle', () => {
  let folder: string
  let shelf: BundleShelf
  let own: DiskBlobStore
  let blobs: BorrowedBlobs
  let registry: BlobOrigin
  const layer = makeBlob(3 * MB)
  const delta = makeBlob(MB)
  const spoiled: unknown[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fborrowed-'))
    shelf = new BundleShelf()
    registry = new BlobOrigin([layer.content, delta.content])
    spoiled.length = 0
    await start(await FolderBlobDisk.open(folder))
  })
  afterEach(async () => {
    await own.close()
    await rm(folder, { recursive: true })
  })

  async function start(disk: BlobDisk): Promise<void> {
    const log = silentLog()
    own = await DiskBlobStore.open({ disk, sources: [shelf, registry], meter: freeMeter, clock: systemClock, log })
    blobs = new BorrowedBlobs(own, shelf, log)
  }
  /** A stick with these; `content`: what is on it in place of the layer. */
  function plugIn(content = layer.content): MemoryBundle {
    const file = new MemoryBundle('stick', Buffer.concat([content, delta.content]))
    const held: HeldBlob[] = [
      { ...layer.blob, kind: 'layer', position: 0 },
      { ...delta.blob, kind: 'delta', position: content.length },
    ]
    shelf.put('stick', new OpenBundle(file, { images: [], deltas: [] } as never, held, (error) => spoiled.push(error)))
    return file
  }
  async function fetched(blob: Blob): Promise<Partial<Record<SourceKind, number>>> {
    const bytes: Partial<Record<SourceKind, number>> = {}
    await blobs.fetch(blob, { signal, onBytes: (_done, kind, added) => (bytes[kind] = (bytes[kind] ?? 0) + added) })
    return bytes
  }
  async function content({ digest }: Blob): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for await (const piece of blobs.read(digest)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  it('are read where they lie, once they were found to be right', async () => {
    plugIn()
    expect(await fetched(layer.blob)).toEqual({ bundle: 3 * MB })
    expect(blobs.isWhole(layer.blob.digest)).toBe(true)
    expect((await content(layer.blob)).equals(layer.content)).toBe(true)
    expect(await readdir(folder)).toEqual([])
    const pieces: Uint8Array[] = []
    for await (const piece of blobs.read(layer.blob.digest, { first: 10, last: 99 })) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(layer.content.subarray(10, 100))).toBe(true)
  })

  it('are put on the disk where they have to be read at random', async () => {
    plugIn()
    expect(await fetched(delta.blob)).toEqual({ bundle: MB })
    expect(await readdir(folder)).toEqual([delta.blob.digest.slice(7)])
    await shelf.take('stick')
    expect((await content(delta.blob)).equals(delta.content)).toBe(true)
  })

  it('are fetched once by several who want them at once', async () => {
    const file = plugIn()
    await Promise.all([fetched(layer.blob), fetched(layer.blob), fetched(delta.blob), fetched(delta.blob)])
    expect(file.bytesRead).toBe(4 * MB)
  })

  it('complete what is on the disk already, to the byte', async () => {
    const stop = new AbortController()
    registry.pace = () => {
      if (registry.bytesGiven > MB) stop.abort(new Error('stopped'))
      return new Promise((resolve) => setImmediate(resolve))
    }
    await expect(blobs.fetch(layer.blob, { signal: stop.signal })).rejects.toThrow('stopped')
    await own.close()
    await start(await FolderBlobDisk.open(folder))
    const safe = blobs.bytesOf(layer.blob.digest)
    const given = registry.bytesGiven
    expect(safe).toBeGreaterThan(0)
    plugIn()
    expect(await fetched(layer.blob)).toEqual({ bundle: 3 * MB - safe })
    expect(registry.bytesGiven).toBe(given)
    expect((await content(layer.blob)).equals(layer.content)).toBe(true)
  })

  it('go with the bundle, and come from elsewhere then', async () => {
    plugIn()
    await fetched(layer.blob)
    await shelf.take('stick')
    expect(blobs.isWhole(layer.blob.digest)).toBe(false)
    expect(blobs.bytesOf(layer.blob.digest)).toBe(0)
    expect(await fetched(layer.blob)).toEqual({ registry: 3 * MB })
  })

  it('go on from elsewhere where the stick is pulled out in the middle', async () => {
    const file = plugIn()
    file.onRead = () => {
      if (file.bytesRead > MB) file.isPulled = true
    }
    const bytes = await fetched(layer.blob)
    expect(bytes.registry).toBe(3 * MB)
    expect(spoiled).toHaveLength(1)
    expect((await content(layer.blob)).equals(layer.content)).toBe(true)
  })

  it('that are something else are not used, and nothing of the bundle is believed again for them', async () => {
    const forged = Buffer.from(layer.content)
    forged[MB]! ^= 1
    plugIn(forged)
    await fetched(layer.blob)
    expect((await content(layer.blob)).equals(layer.content)).toBe(true)
    expect(spoiled).toMatchObject([{ name: 'WrongBlob' }])
    expect(shelf.find(layer.blob.digest)).toBeUndefined()
  })

  it('break off where the bundle is withdrawn while the engine reads them', async () => {
    plugIn()
    await fetched(layer.blob)
    const reading = async () => {
      for await (const _piece of blobs.read(layer.blob.digest)) await shelf.take('stick')
    }
    await expect(reading()).rejects.toMatchObject({ name: 'BundleGone' })
  })

  it('fail where the disk takes nothing, and are not tried for ever', async () => {
    await own.close()
    const disk = await FolderBlobDisk.open(folder)
    const full = Object.assign(Object.create(disk) as BlobDisk, { create: () => Promise.reject(new Error('ENOSPC')) })
    await start(full)
    plugIn()
    await expect(fetched(delta.blob)).rejects.toThrow('Could not take in')
    expect(spoiled).toEqual([])
    expect(await fetched(layer.blob)).toEqual({ bundle: 3 * MB })
  })
})
