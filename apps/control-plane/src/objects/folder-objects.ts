import { constants, createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type ByteRange, ObjectStorage } from './object-storage.js'

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/

/** Objects as files of one folder, which all processes of the control plane share. */
export class FolderObjects extends ObjectStorage {
  constructor(private readonly folder: string) {
    super()
  }

  async size(name: string): Promise<number | undefined> {
    return (await this.stat(name))?.size
  }

  async write(name: string, offset: number, source: AsyncIterable<Buffer>): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    const size = (await this.size(name)) ?? 0
    if (offset > size) throw new Error(`Object ${name} has ${size} bytes, and ${offset} is behind its end`)
    const file = await open(this.path(name), constants.O_RDWR | constants.O_CREAT, 0o600)
    try {
      // Not appended: a sender that lost its connection may repeat bytes while the old request is still being read.
      let position = offset
      for await (const bytes of source) {
        await file.write(bytes, 0, bytes.length, position)
        position += bytes.length
      }
    } finally {
      await file.datasync()
      await file.close()
    }
  }

  read(name: string, range?: ByteRange): Readable {
    return createReadStream(this.path(name), range && { start: range.first, end: range.last })
  }

  async remove(name: string): Promise<void> {
    await rm(this.path(name), { force: true })
  }

  async unchangedSince(moment: Date): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => [])
    const found = await Promise.all(names.map(async (name) => ({ name, changed: (await this.stat(name))?.mtime })))
    return found.flatMap(({ name, changed }) => (changed && changed < moment ? [name] : []))
  }

  private async stat(name: string) {
    return stat(this.path(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
  }

  private path(name: string): string {
    if (!NAME.test(name)) throw new Error(`No name for an object: ${name}`)
    return join(this.folder, name)
  }
}
