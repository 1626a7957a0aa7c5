import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TerminalError } from '../../errors.js'
import type { SnapshotOrder } from '../../snapshots/snapshot-disk.js'
import { makeDisk, openSnapshots, run, type DiskKind, type TestDisk } from '../../testing/disks.js'
import { fill, portrait } from '../../testing/file-trees.js'
import type { DiskSnapshots } from './disk-snapshots.js'

const DEVICE = randomUUID()
const APP = randomUUID()
const NO_LIMITS = { maxBytes: Infinity, reserveBytes: 0 }

function order(id: string): SnapshotOrder {
  return { id, appId: APP, volume: 'data', volumeName: 'v', cause: 'manual', at: 1_700_000_000_000 }
}

describe.each<[DiskKind, 'copy' | 'reflink']>([
  ['plain', 'copy'],
  ['btrfs', 'reflink'],
  ['xfs', 'reflink'],
])('snapshots on a disk that is %s', (kind, method) => {
  let disk: TestDisk
  beforeAll(async () => {
    disk = await makeDisk(kind)
  })
  afterAll(() => disk.remove())
  let root: string
  let volume: string
  let data: string
  let snapshots: DiskSnapshots
  beforeEach(async () => {
    root = join(disk.path, randomUUID())
    volume = join(root, 'volumes/v')
    data = join(volume, '_data')
    await mkdir(data, { recursive: true })
    snapshots = openSnapshots(root, DEVICE)
  })
  afterEach(() => rm(root, { recursive: true }))
  const kept = () => readdir(join(root, 'flotilla-snapshots', DEVICE))

  it('gives back everything that a file can have', async () => {
    await fill(data)
    const before = portrait(data)
    const snapshot = await snapshots.create(order('one'), data, NO_LIMITS)
    expect(snapshot).toMatchObject({ id: 'one', method })
    // The hole of the sparse file is not counted, and the hard link once.
    expect(snapshot.bytes).toBeGreaterThan(300_000)
    expect(snapshot.bytes).toBeLessThan(1_000_000)
    expect(await snapshots.list()).toEqual([snapshot])
    await rm(join(data, 'deep'), { recursive: true })
    await writeFile(join(data, 'same'), 'spoilt')
    await writeFile(join(data, 'new'), 'of the bad release')
    await snapshots.restore('one', data)
    expect(portrait(data)).toBe(before)
    expect(await readdir(volume)).toEqual(['_data'])
    const blocks = (path: string) => Number(run(['stat', '-c', '%b', path]))
    expect(blocks(join(data, 'sparse'))).toBe(0)
  })

  it('takes no heed of being asked twice', async () => {
    await writeFile(join(data, 'file'), 'first')
    const snapshot = await snapshots.create(order('one'), data, NO_LIMITS)
    await writeFile(join(data, 'file'), 'second')
    expect(await snapshots.create(order('one'), data, NO_LIMITS)).toEqual(snapshot)
    await snapshots.restore('one', data)
    await snapshots.restore('one', data)
    expect(await readFile(join(data, 'file'), 'utf8')).toBe('first')
    await snapshots.remove('one')
    await snapshots.remove('one')
    expect(await kept()).toEqual([])
    await expect(snapshots.restore('one', data)).rejects.toThrow(TerminalError)
    expect(await readFile(join(data, 'file'), 'utf8')).toBe('first')
  })

  it('writes a file of a snapshot without changing the snapshot', async () => {
    await writeFile(join(data, 'file'), 'first')
    await snapshots.create(order('one'), data, NO_LIMITS)
    await snapshots.restore('one', data)
    await writeFile(join(data, 'file'), 'after')
    await snapshots.restore('one', data)
    expect(await readFile(join(data, 'file'), 'utf8')).toBe('first')
  })

  it('finishes or undoes whatever a power cut left of a restore', async () => {
    await writeFile(join(data, 'file'), 'old')
    const content = () => readFile(join(data, 'file'), 'utf8')
    const put = async (name: string) => {
      await mkdir(join(volume, name))
      await writeFile(join(volume, name, 'file'), 'restored')
    }
    await snapshots.create(order('one'), data, NO_LIMITS)
    // While it is copied.
    await put('_flotilla-partial-1')
    await snapshots.recover([data])
    expect([await content(), await readdir(volume)]).toEqual(['old', ['_data']])
    // Copied, and nothing renamed yet.
    await put('_flotilla-new-one')
    await snapshots.recover([data])
    expect([await content(), await readdir(volume)]).toEqual(['old', ['_data']])
    // Between the two renames.
    await put('_flotilla-new-one')
    await rename(data, join(volume, '_flotilla-old'))
    await snapshots.recover([data])
    expect([await content(), await readdir(volume)]).toEqual(['restored', ['_data']])
    // The same, and an engine that started first has made an empty folder.
    await put('_flotilla-new-one')
    await rename(data, join(volume, '_flotilla-old'))
    await mkdir(data)
    await snapshots.recover([data])
    expect([await content(), await readdir(volume)]).toEqual(['restored', ['_data']])
    // The old files are not cleared away yet.
    await put('_flotilla-old')
    await snapshots.recover([data])
    expect([await content(), await readdir(volume)]).toEqual(['restored', ['_data']])
    // Only the old files are there.
    await rename(data, join(volume, '_flotilla-old'))
    await snapshots.recover([data])
    expect([await content(), await readdir(volume)]).toEqual(['restored', ['_data']])
  })

  it('clears away copies that were cut short, and removals too', async () => {
    await snapshots.create(order('one'), data, NO_LIMITS)
    await mkdir(join(root, 'flotilla-snapshots', DEVICE, '.partial-1/data'), { recursive: true })
    await mkdir(join(root, 'flotilla-snapshots', DEVICE, '.removed-1'))
    expect(await snapshots.list()).toHaveLength(1)
    await snapshots.recover([])
    expect(await kept()).toEqual(['one'])
  })
})

describe('a snapshot of a btrfs subvolume', () => {
  it('is a subvolume itself, made at one moment, and is removed whole', async () => {
    const disk = await makeDisk('btrfs')
    try {
      const volume = join(disk.path, 'volumes/v')
      const data = join(volume, '_data')
      await mkdir(volume, { recursive: true })
      run(['btrfs', 'subvolume', 'create', data])
      await fill(data)
      const before = portrait(data)
      const snapshots = openSnapshots(disk.path, DEVICE)
      expect(await snapshots.create(order('one'), data, NO_LIMITS)).toMatchObject({ method: 'reflink' })
      const subvolumes = () => run(['btrfs', 'subvolume', 'list', disk.path]).trim().split('\n')
      expect(subvolumes()).toHaveLength(2)
      await rm(join(data, 'same'))
      await snapshots.restore('one', data)
      expect(portrait(data)).toBe(before)
      expect(subvolumes()).toHaveLength(2)
      await snapshots.remove('one')
      expect(subvolumes()).toHaveLength(1)
    } finally {
      await disk.remove()
    }
  })
})

describe('snapshots where there is little room', () => {
  let disk: TestDisk
  let data: string
  let snapshots: DiskSnapshots
  beforeEach(async () => {
    disk = await makeDisk('small')
    data = join(disk.path, 'volumes/v/_data')
    await mkdir(data, { recursive: true })
    snapshots = openSnapshots(disk.path, DEVICE)
    await writeFile(join(data, 'file'), Buffer.alloc(8e6, 1))
  })
  afterEach(() => disk.remove())

  it('are refused with figures where the volume is larger than the policy allows', async () => {
    const limits = { maxBytes: 5e6, reserveBytes: 0 }
    const attempt = snapshots.create(order('one'), data, limits)
    await expect(attempt).rejects.toThrow(TerminalError)
    await expect(attempt).rejects.toThrow(/take 8\.0 MB.*only 5\.0 MB are copied: raise snapshotMaxBytes/)
    expect(await snapshots.list()).toEqual([])
  })

  it('are refused with figures where the disk would have less free than its reserve', async () => {
    const attempt = snapshots.create(order('one'), data, { maxBytes: Infinity, reserveBytes: 10e6 })
    await expect(attempt).rejects.toThrow(/takes 8\.0 MB and 10 MB are to stay free, but only 1\d MB are free/)
    expect(await snapshots.list()).toEqual([])
  })

  it('leave nothing behind where the disk is full in the middle of it', async () => {
    await writeFile(join(data, 'more'), Buffer.alloc(4e6, 1))
    const limits = { maxBytes: Infinity, reserveBytes: -1e9 }
    await expect(snapshots.create(order('one'), data, limits)).rejects.toThrow(/No space left on device/)
    expect(await readdir(join(disk.path, 'flotilla-snapshots', DEVICE))).toEqual([])
  })

  it('are restored where there is no room for another copy', async () => {
    await snapshots.create(order('one'), data, NO_LIMITS)
    await writeFile(join(data, 'file'), Buffer.alloc(8e6, 2))
    const path = join(disk.path, 'volumes/v/_data')
    await snapshots.restore('one', path)
    expect((await readFile(join(path, 'file')))[0]).toBe(1)
    // It was the only one, and is the volume now.
    expect(await snapshots.list()).toEqual([])
    await snapshots.restore('one', path)
    await snapshots.remove('one')
    expect((await readFile(join(path, 'file')))[0]).toBe(1)
  })

  it('give a snapshot that was moved to its volume back when the power was cut before the swap', async () => {
    await snapshots.create(order('one'), data, NO_LIMITS)
    const copy = await snapshots.dataPath('one')
    await rename(copy, join(disk.path, 'volumes/v/_flotilla-new-one'))
    expect(await snapshots.list()).toEqual([])
    await snapshots.recover([data])
    expect(await snapshots.list()).toMatchObject([{ id: 'one' }])
    expect(await readdir(join(disk.path, 'volumes/v'))).toEqual(['_data'])
  })
})

describe('a volume that cannot be copied', () => {
  it('is said to be one: files on another machine, or out of reach', async () => {
    const disk = await makeDisk('plain')
    try {
      const data = join(disk.path, 'volumes/v/_data')
      const snapshots = openSnapshots(disk.path, DEVICE)
      const mountIt = `-v ${disk.path}/volumes:${disk.path}/volumes -v ${disk.path}/flotilla-snapshots:`
      await expect(snapshots.list()).rejects.toThrow(mountIt)
      await mkdir(join(disk.path, 'volumes'))
      await expect(snapshots.create(order('one'), data, NO_LIMITS)).rejects.toThrow(mountIt)
      await mkdir(data, { recursive: true })
      await writeFile(join(data, '../opts.json'), '{"MountType":"nfs","MountOpts":"addr=nas","MountDevice":":/share"}')
      await expect(snapshots.create(order('one'), data, NO_LIMITS)).rejects.toThrow('is a mount of :/share')
      await snapshots.recover([data])
      expect(await snapshots.list()).toEqual([])
    } finally {
      await disk.remove()
    }
  })
})

describe('a supervisor in a container', () => {
  it('makes no copies on a disk that goes with its container, and makes them once it is given the folder', async () => {
    const [host, container] = [await makeDisk('plain'), await makeDisk('plain')]
    const root = container.path
    const mounted = [root]
    try {
      run(['mount', '-t', 'tmpfs', 'none', root])
      for (const name of ['volumes', 'flotilla-snapshots']) {
        await mkdir(join(host.path, name))
        await mkdir(join(root, name))
      }
      const data = join(root, 'volumes/v/_data')
      await mkdir(join(host.path, 'volumes/v/_data'), { recursive: true })
      const give = (name: string) => {
        run(['mount', '--bind', join(host.path, name), join(root, name)])
        mounted.unshift(join(root, name))
      }
      give('volumes')
      const snapshots = openSnapshots(root, DEVICE)
      await expect(snapshots.create(order('one'), data, NO_LIMITS)).rejects.toThrow('out of the supervisor')
      give('flotilla-snapshots')
      await snapshots.create(order('one'), data, NO_LIMITS)
      expect(await readdir(join(host.path, 'flotilla-snapshots', DEVICE))).toEqual(['one'])
    } finally {
      for (const path of mounted) run(['umount', path])
      await Promise.all([host.remove(), container.remove()])
    }
  })
})
