/*
 * The folder of the blob store on the board's disk. It knows nothing of what the files mean.
 */
import { mkdir, open, readdir, rename, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobDisk, BlobFile, DiskFile } from '../../images/blobs/blob-disk.js'
import { removeIfPresent, syncFolder } from '../store/atomic-file.js'
import { writeAll } from '../store/write-all.js'

export class FolderBlobDisk implements BlobDisk {
  private constructor(private readonly folder: string) {}

  static async open(folder: string): Promise<FolderBlobDisk> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new FolderBlobDisk(folder)
  }

  async list(): Promise<DiskFile[]> {
    const names = await readdir(this.folder)
    const files = await Promise.all(
      names.map(async (name) => {
        // A name of which the disk knows nothing else any more is left out: one bad file is not to hide all others.
        const found = await stat(this.path(name)).catch(() => undefined)
        return found ? [{ name, bytes: found.size, changedAt: found.mtimeMs }] : []
      }),
    )
    return files.flat()
  }

  async open(name: string): Promise<BlobFile | undefined> {
    try {
      return new OpenFile(await open(this.path(name), 'r+'))
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw cause
    }
  }

  async create(name: string): Promise<BlobFile> {
    return new OpenFile(await open(this.path(name), 'w+', 0o600))
  }

  rename(from: string, to: string): Promise<void> {
    return rename(this.path(from), this.path(to))
  }

  remove(name: string): Promise<void> {
    return removeIfPresent(this.path(name))
  }

  syncNames(): Promise<void> {
    return syncFolder(this.folder)
  }

  path(name: string): string {
    return join(this.folder, name)
  }
}

class OpenFile implements BlobFile {
  constructor(private readonly handle: FileHandle) {}

  async size(): Promise<number> {
    return (await this.handle.stat()).size
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return writeAll(this.handle, bytes, position)
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0
    while (done < into.length) {
      const { bytesRead } = await this.handle.read(into, done, into.length - done, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return done
  }

  sync(): Promise<void> {
    return this.handle.datasync()
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}
