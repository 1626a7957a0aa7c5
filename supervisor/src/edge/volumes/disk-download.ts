/*
 * A file that grows while something is downloaded. What it holds is not known here.
 */
import { createReadStream } from 'node:fs'
import { appendFile, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Download } from '../../snapshots/snapshot-disk.js'
import { syncFolder } from '../store/atomic-file.js'
import { freeBytes } from './copy-tree.js'

export class DiskDownload implements Download {
  constructor(private readonly path: string) {}

  async size(): Promise<number> {
    const found = await stat(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return { size: 0 }
      throw error
    })
    return found.size
  }

  /** Durable, so that after a power cut the size is that of bytes which are there. */
  async append(bytes: Buffer): Promise<void> {
    const isNew = (await this.size()) === 0
    const file = await open(this.path, 'a', 0o600)
    try {
      await appendFile(file, bytes)
      await file.datasync()
    } finally {
      await file.close()
    }
    if (isNew) await syncFolder(dirname(this.path))
  }

  read(): AsyncIterable<Buffer> {
    return createReadStream(this.path)
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true })
  }

  freeBytes(): Promise<number> {
    return freeBytes(dirname(this.path))
  }
}
