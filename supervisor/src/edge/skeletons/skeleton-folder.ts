/*
 * Skeletons of layers as files in one folder. A power cut leaves a whole one or none: what is being written has another
 * name, and is synced before it gets its own.
 */
import { SkeletonWriter } from '@flotilla/image-delta'
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { SkeletonDraft, SkeletonShelf } from '../../images/deltas/ports.js'
import type { SourceFile } from '../../images/ports.js'
import { removeIfPresent, syncFolder } from '../store/atomic-file.js'
import { DiskFile } from '../store/disk-file.js'

// What it is of, and the beginning of its own digest: a skeleton has no other mark of what a bad card does to it.
const NAME = /^([0-9a-f]{64})-([0-9a-f]{32})$/
const PREFIX = 'sha256:'

export class SkeletonFolder implements SkeletonShelf {
  // diffId → path.
  private readonly kept = new Map<string, string>()

  private constructor(private readonly folder: string) {}

  static async open(path: string): Promise<SkeletonFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 })
    const shelf = new SkeletonFolder(path)
    for (const name of await readdir(path)) {
      const [, hex] = NAME.exec(name) ?? []
      if (hex !== undefined && !shelf.kept.has(PREFIX + hex)) shelf.kept.set(PREFIX + hex, join(path, name))
      else await removeIfPresent(join(path, name))
    }
    return shelf
  }

  list(): string[] {
    return [...this.kept.keys()]
  }

  has(diffId: string): boolean {
    return this.kept.has(diffId)
  }

  async isIntact(diffId: string): Promise<boolean> {
    const path = this.pathOf(diffId)
    return nameOf(diffId, await checksum(path).catch(() => '')) === basename(path)
  }

  async open(diffId: string): Promise<SourceFile> {
    const handle = await open(this.pathOf(diffId), 'r')
    return new DiskFile(handle, (await handle.stat()).size)
  }

  begin(diffId: string): Promise<SkeletonDraft> {
    const aside = join(this.folder, `${randomUUID()}.part`)
    const writer = new SkeletonWriter(aside)
    return Promise.resolve({
      write: (tar) => writer.write(tar),
      keep: async () => {
        await writer.finish()
        const path = join(this.folder, nameOf(diffId, await checksum(aside)))
        await rename(aside, path)
        await syncFolder(this.folder)
        this.kept.set(diffId, path)
      },
      // Nothing is there any more under the name that it had.
      drop: () => writer.abandon(),
    })
  }

  async remove(diffId: string): Promise<void> {
    const path = this.pathOf(diffId)
    this.kept.delete(diffId)
    await removeIfPresent(path)
  }

  private pathOf(diffId: string): string {
    const path = this.kept.get(diffId)
    if (path === undefined) throw new Error(`There is no skeleton of ${diffId}`)
    return path
  }
}

function nameOf(diffId: string, sum: string): string {
  return `${diffId.slice(PREFIX.length)}-${sum.slice(0, 32)}`
}

/** It is small beside its layer. */
async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
