import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import headers from 'tar-stream/headers.js'
import { makeTinyDisk } from '../../testing/disks.js'
import { layerTar } from '../../testing/layered-image.js'
import { SkeletonFolder } from './skeleton-folder.js'

const EMPTY_FILE = { type: 'file', size: 0, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) }

describe('the skeletons on disk', () => {
  let folder: string
  let tar: Buffer
  let diffId: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fskel-'))
    const files = Array.from({ length: 300 }, (_, n) => [`usr/lib/file-${n}`, `content ${n}`])
    tar = await layerTar(Object.fromEntries(files) as Record<string, string>)
    diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function keep(shelf: SkeletonFolder): Promise<void> {
    const draft = await shelf.begin(diffId)
    try {
      for (let at = 0; at < tar.length; at += 10_000) await draft.write(tar.subarray(at, at + 10_000))
      await draft.keep()
    } finally {
      await draft.drop()
    }
  }

  it('are there again after a restart', async () => {
    await keep(await SkeletonFolder.open(folder))
    const shelf = await SkeletonFolder.open(folder)
    expect(shelf.list()).toEqual([diffId])
    expect(await shelf.isIntact(diffId)).toBe(true)
    const file = await shelf.open(diffId)
    expect(file.sizeBytes).toBeGreaterThan(1000)
    expect(file.sizeBytes).toBeLessThan(tar.length / 10)
    await file.close()
    await shelf.remove(diffId)
    expect((await SkeletonFolder.open(folder)).list()).toEqual([])
  })

  it('are whole or not there, whenever the power goes', async () => {
    const shelf = await SkeletonFolder.open(folder)
    const draft = await shelf.begin(diffId)
    const left = join(tmpdir(), `fskel-left-${process.pid}`)
    for (let at = 0; at < tar.length; at += 100_000) {
      await draft.write(tar.subarray(at, at + 100_000))
      // What another life would find, with all or nothing of what was not synced.
      for (const name of await readdir(folder)) {
        await copyFile(join(folder, name), left)
        expect((await SkeletonFolder.open(folder)).list()).toEqual([])
        await copyFile(left, join(folder, name))
      }
    }
    await draft.drop()
    await keep(shelf)
    await rm(left, { force: true })
    expect((await SkeletonFolder.open(folder)).list()).toEqual([diffId])
  })

  it('are not kept where the disk takes all but the end of one', async () => {
    // Of so many parts that the list of them, which is written last, is longer than a page.
    const blocks = Array.from({ length: 67_200 }, (_, n) =>
      headers.encode({ ...EMPTY_FILE, name: `usr/lib/file-${n}` }),
    )
    tar = Buffer.concat([...blocks.filter((block) => block !== null), Buffer.alloc(1024)])
    const roomy = await SkeletonFolder.open(folder)
    await keep(roomy)
    const file = await roomy.open(diffId)
    await file.close()
    const disk = await makeTinyDisk(file.sizeBytes - 1)
    const shelf = await SkeletonFolder.open(disk.path)
    const failure: unknown = await keep(shelf).catch((error: unknown) => error)
    await disk.remove()
    expect(failure).toMatchObject({ code: 'ENOSPC' })
  })

  it('leave nothing behind where they are not kept', async () => {
    const shelf = await SkeletonFolder.open(folder)
    const draft = await shelf.begin(diffId)
    await draft.write(tar)
    await draft.drop()
    expect(await readdir(folder)).toEqual([])
  })

  it('are known to be spoiled, whatever a bad card does to them', async () => {
    const shelf = await SkeletonFolder.open(folder)
    await keep(shelf)
    const [name = ''] = await readdir(folder)
    const path = join(folder, name)
    const bytes = await readFile(path)
    for (const damage of [
      () => truncate(path, bytes.length - 1),
      () => truncate(path, 0),
      () => writeFile(path, Buffer.concat([bytes, Buffer.alloc(1)])),
      () =>
        writeFile(
          path,
          bytes.map((byte, at) => (at === 1000 ? byte ^ 1 : byte)),
        ),
      () => rm(path),
    ]) {
      await damage()
      expect(await shelf.isIntact(diffId)).toBe(false)
      await writeFile(path, bytes)
    }
    expect(await shelf.isIntact(diffId)).toBe(true)
  })
})
