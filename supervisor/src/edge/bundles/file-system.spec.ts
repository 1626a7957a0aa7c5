import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../testing/disks.js'
import { fileSystemOn } from './file-system.js'

describe('the file system on a stick', () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'ffs-'))))
  afterAll(() => rm(folder, { recursive: true }))

  function make(size: string, command: string[]): string {
    const image = join(folder, 'image')
    run(['rm', '-f', image])
    run(['truncate', `--size=${size}`, image])
    run([...command, image])
    return image
  }

  it.each([
    ['vfat', '1440K', ['mkfs.vfat', '-F', '12']],
    ['vfat', '32M', ['mkfs.vfat', '-F', '16', '-n', 'FLOTILLA']],
    ['vfat', '64M', ['mkfs.vfat', '-F', '32']],
    ['exfat', '64M', ['mkfs.exfat']],
    ['ext4', '16M', ['mkfs.ext4', '-q']],
    ['ext4', '16M', ['mkfs.ext2', '-q']],
    [undefined, '16M', ['mkswap']],
    [undefined, '320M', ['mkfs.xfs', '-q']],
    [undefined, '128M', ['mkfs.btrfs', '-q']],
    [undefined, '16M', ['true']],
  ])('is told to be %s (%s, %j)', async (type, size, command) => {
    expect(await fileSystemOn(make(size, command))).toBe(type)
  })

  it('is none where there is a table of partitions, or next to nothing', async () => {
    const table = Buffer.alloc(4096)
    table.writeUInt16BE(0x55aa, 510)
    await writeFile(join(folder, 'table'), table)
    expect(await fileSystemOn(join(folder, 'table'))).toBeUndefined()
    await writeFile(join(folder, 'short'), 'FAT32')
    expect(await fileSystemOn(join(folder, 'short'))).toBeUndefined()
    await expect(fileSystemOn(join(folder, 'gone'))).rejects.toThrow('ENOENT')
  })
})
