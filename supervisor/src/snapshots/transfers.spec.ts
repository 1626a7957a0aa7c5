import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DiskSnapshots } from '../edge/volumes/disk-snapshots.js'
import { makeDisk, openSnapshots, type TestDisk } from '../testing/disks.js'
import { fill, portrait } from '../testing/file-trees.js'
import { MemorySnapshotCloud } from '../testing/memory-snapshot-cloud.js'
import { silentLog } from '../testing/memory-store.js'
import { skippingClock } from '../testing/skipping-clock.js'
import { APP_ID } from '../testing/steps.js'
import { downloadSnapshot } from './download-snapshot.js'
import { Pace } from '../pace.js'
import type { StoredSnapshot } from './snapshot-disk.js'
import { uploadSnapshot, type Transfer } from './upload-snapshot.js'

describe('snapshots between a board and the control plane', () => {
  let disk: TestDisk
  let cloud: MemorySnapshotCloud
  let data: string
  let snapshots: DiskSnapshots
  beforeEach(async () => {
    disk = await makeDisk('plain')
    cloud = new MemorySnapshotCloud()
    data = await board('old')
    snapshots = openSnapshots(join(disk.path, 'old'), randomUUID())
  })
  afterEach(() => disk.remove())

  async function board(name: string): Promise<string> {
    const path = join(disk.path, name, 'volumes/v/_data')
    await mkdir(path, { recursive: true })
    return path
  }

  const take = (id = 'one') =>
    snapshots.create(
      { id, appId: APP_ID, volume: 'data', volumeName: 'v', cause: 'manual', at: 1_700_000_000_000 },
      data,
      { maxBytes: Infinity, reserveBytes: 0 },
    )

  function transferOf(own: DiskSnapshots, rate?: number): Transfer {
    const clock = skippingClock()
    const pace = new Pace(clock, () => rate)
    return { cloud, disk: own, pace, clock, log: silentLog(), ending: new AbortController().signal }
  }

  const fetchTo = (own: DiskSnapshots): Promise<StoredSnapshot> =>
    downloadSnapshot(transferOf(own), { id: 'one', volumeName: () => 'v', reserveBytes: 0 })

  it('come to another board with everything that a file can have', async () => {
    await fill(data)
    const before = portrait(data)
    await uploadSnapshot(transferOf(snapshots), await take())
    const path = await board('new')
    const other = openSnapshots(join(disk.path, 'new'), randomUUID())
    expect(await fetchTo(other)).toMatchObject({ id: 'one', volume: 'data', uploaded: true, at: 1_700_000_000_000 })
    expect(await other.list()).toMatchObject([{ id: 'one', uploaded: true }])
    await other.restore('one', path)
    expect(portrait(path)).toBe(before)
  })

  it('go on where the link broke, and after a restart, with no byte sent twice', async () => {
    await writeFile(join(data, 'noise'), randomBytes(5_000_000))
    const snapshot = await take()
    // Each third piece breaks off somewhere; a retry sends it from its beginning.
    let pieces = 0
    cloud.cut = (bytes) => (++pieces % 3 === 0 ? bytes >> 1 : undefined)
    let lost = 0
    const append = cloud.append.bind(cloud)
    cloud.append = async (...args) => {
      const before = cloud.transferred
      await append(...args).catch((error: unknown) => {
        lost += cloud.transferred - before
        throw error
      })
      if (cloud.transferred > 2_000_000 && !ending.signal.aborted) ending.abort(new Error('The power went'))
    }
    const ending = new AbortController()
    const cut = { ...transferOf(snapshots), ending: ending.signal }
    await expect(uploadSnapshot(cut, snapshot)).rejects.toThrow('The power went')
    const atCut = cloud.uploads.get('one')?.bytes.length ?? 0
    expect(atCut).toBeGreaterThan(1_500_000)
    expect(atCut).toBeLessThan(2_500_000)
    await uploadSnapshot(transferOf(snapshots), snapshot)
    const { bytes, digest } = cloud.uploads.get('one') ?? { bytes: Buffer.alloc(0) }
    expect(digest).toBeDefined()
    expect(cloud.transferred - lost).toBe(bytes.length)
    expect(lost).toBeLessThan(bytes.length / 2)
    // Sent again it costs nothing.
    const before = cloud.transferred
    await uploadSnapshot(transferOf(snapshots), snapshot)
    expect(cloud.transferred).toBe(before)
  })

  it('send their end again where the answer to it was lost', async () => {
    await writeFile(join(data, 'file'), 'content')
    const snapshot = await take()
    await uploadSnapshot(transferOf(snapshots), snapshot)
    const upload = cloud.uploads.get('one')
    if (upload) delete upload.digest
    const before = cloud.transferred
    await uploadSnapshot(transferOf(snapshots), snapshot)
    expect(cloud.uploads.get('one')?.digest).toBeDefined()
    expect(cloud.transferred - before).toBe(1)
  })

  it('begin anew where the control plane holds other bytes than were sent', async () => {
    await writeFile(join(data, 'noise'), randomBytes(600_000))
    const snapshot = await take()
    const { key } = await cloud.begin('one', { appId: APP_ID, volume: 'data', at: '', cause: 'manual' })
    await cloud.append('one', Buffer.alloc(1000), 0)
    await uploadSnapshot(transferOf(snapshots), snapshot)
    expect(cloud.uploads.get('one')?.digest).toBeDefined()
    expect(cloud.uploads.get('one')?.key).not.toBe(key)
  })

  it('go no faster than the policy allows', async () => {
    await writeFile(join(data, 'noise'), randomBytes(1_000_000))
    const transfer = transferOf(snapshots, 10_000)
    const snapshot = await take()
    await uploadSnapshot(transfer, snapshot)
    const end = transfer.clock.monotonic()
    expect(end / 1000).toBeGreaterThanOrEqual(cloud.transferred / 10_000 - 2)
    expect(end / 1000).toBeLessThan(cloud.transferred / 10_000 + 2)
  })

  it('are downloaded from where the link broke, and only used whole', async () => {
    await writeFile(join(data, 'noise'), randomBytes(3_000_000))
    await uploadSnapshot(transferOf(snapshots), await take())
    await board('new')
    const other = openSnapshots(join(disk.path, 'new'), randomUUID())
    const uploaded = cloud.transferred
    let reads = 0
    const ending = new AbortController()
    cloud.cut = () => {
      if (++reads === 3) ending.abort(new Error('The power went'))
      return reads % 2 === 0 || ending.signal.aborted ? 0 : undefined
    }
    const wanted = { id: 'one', volumeName: () => 'v', reserveBytes: 0 }
    await expect(downloadSnapshot({ ...transferOf(other), ending: ending.signal }, wanted)).rejects.toThrow()
    // After a restart.
    await other.recover([])
    cloud.cut = () => undefined
    await fetchTo(other)
    expect(cloud.transferred - uploaded).toBe(cloud.uploads.get('one')?.bytes.length)
    expect((await other.list()).map(({ id }) => id)).toEqual(['one'])
    const folder = join(disk.path, 'new/flotilla-snapshots')
    expect(await readdir(join(folder, (await readdir(folder))[0] ?? ''))).toEqual(['one'])
  })

  it('are refused where what came is not what was sent, or where there is no room for it', async () => {
    await writeFile(join(data, 'file'), 'content')
    await uploadSnapshot(transferOf(snapshots), await take())
    await board('new')
    const other = openSnapshots(join(disk.path, 'new'), randomUUID())
    const wanted = { id: 'one', volumeName: () => 'v', reserveBytes: Infinity }
    await expect(downloadSnapshot(transferOf(other), wanted)).rejects.toThrow('are to stay free')
    const upload = cloud.uploads.get('one')
    if (upload) upload.bytes = Buffer.concat([upload.bytes.subarray(1), Buffer.alloc(1)])
    await expect(fetchTo(other)).rejects.toThrow('is not what was uploaded')
    expect(await other.list()).toEqual([])
    expect(await readFile(join(data, 'file'), 'utf8')).toBe('content')
  })
})
