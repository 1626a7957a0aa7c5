import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { makeDisk, type TestDisk } from '../../testing/disks.js'
import { fill, portrait } from '../../testing/file-trees.js'
import { pack, unpack } from './archive.js'

describe('a folder as one stream', () => {
  let disk: TestDisk
  let from: string
  let to: string
  beforeEach(async () => {
    disk = await makeDisk('plain')
    from = join(disk.path, 'from')
    to = join(disk.path, 'to')
    await Promise.all([mkdir(from), mkdir(to)])
  })
  afterEach(() => disk.remove())

  async function all(source: AsyncIterable<Buffer>): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of source) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  it('gives back everything that a file can have, and is the same each time', async () => {
    await fill(from)
    const first = await all(pack(from))
    // Having been read changes nothing.
    await readFile(join(from, 'same'))
    expect((await all(pack(from))).equals(first)).toBe(true)
    await unpack(pack(from), to)
    expect(portrait(to)).toBe(portrait(from))
  })

  it('is taken whole where it is padded with more than tar reads', async () => {
    await writeFile(join(from, 'file'), 'content')
    const packed = spawnSync('tar', ['--create', '--blocking-factor=8192', `--directory=${from}`, '.'], {
      maxBuffer: 1e8,
    })
    const padding = Buffer.alloc(16e6)
    async function* source() {
      await Promise.resolve()
      yield gzipSync(Buffer.concat([packed.stdout, padding]))
    }
    await unpack(source(), to)
    expect(await readFile(join(to, 'file'), 'utf8')).toBe('content')
  })

  it('is refused where it is no archive, or ends too soon', async () => {
    await writeFile(join(from, 'noise'), randomBytes(500_000))
    const whole = await all(pack(from))
    const of = async function* (bytes: Buffer) {
      await Promise.resolve()
      yield bytes
    }
    await expect(unpack(of(whole.subarray(0, 300_000)), to)).rejects.toThrow()
    await expect(unpack(of(randomBytes(1000)), to)).rejects.toThrow()
    await expect(unpack(of(gzipSync(randomBytes(100_000))), to)).rejects.toThrow('tar')
  })

  it('fails where there is no such folder', async () => {
    await expect(all(pack(join(disk.path, 'none')))).rejects.toThrow(/tar ended with 2: .*none/)
  })
})
