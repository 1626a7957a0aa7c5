import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * A file in the making, written from its beginning to its end. What an earlier run left of it is passed over rather than
 * written again; it gets its name when all of it is on the disk.
 */
export class PartFile {
  private position = 0

  private constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    // How much of what is there may be believed.
    private keptBytes: number,
  ) {}

  static pathFor(file: string): string {
    return `${file}.part`
  }

  /** `isSame` says of its first bytes, as many as `head` has, whether this is what was begun. */
  static async open(file: string, head: Buffer): Promise<PartFile> {
    const path = PartFile.pathFor(file)
    const { size } = await stat(path).catch(() => ({ size: 0 }))
    const handle = await open(path, size > 0 ? 'r+' : 'w+', 0o600)
    const begun = Buffer.alloc(head.length)
    const { bytesRead } = await handle.read(begun, 0, head.length, 0)
    const isSame = bytesRead === head.length && begun.equals(head)
    if (!isSame) await handle.truncate(0)
    return new PartFile(handle, path, isSame ? size : 0)
  }

  /** What is there from an earlier run. */
  get kept(): number {
    return this.keptBytes
  }

  get written(): number {
    return this.position
  }

  /** Of the next bytes, those that are there. */
  async *next(most: number): AsyncGenerator<Buffer> {
    const end = Math.min(this.position + most, this.keptBytes)
    while (this.position < end) {
      const buffer = Buffer.alloc(Math.min(256 * 1024, end - this.position))
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, this.position)
      if (bytesRead === 0) return
      this.position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  async put(bytes: Uint8Array): Promise<void> {
    let done = Math.min(bytes.length, Math.max(0, this.keptBytes - this.position))
    while (done < bytes.length) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.position + done)
      done += bytesWritten
    }
    this.position += bytes.length
  }

  /** What comes after this is to be written anew. */
  async rewindTo(position: number): Promise<void> {
    await this.handle.truncate(position)
    this.keptBytes = Math.min(this.keptBytes, position)
    this.position = position
  }

  async finish(file: string): Promise<void> {
    await this.handle.truncate(this.position)
    await this.handle.sync()
    await this.handle.close()
    await rename(this.path, file)
    await syncFolder(dirname(file))
  }

  /** Keeps what there is for the next run. */
  async close(): Promise<void> {
    await this.handle.close()
  }
}

/** A stick may be pulled as soon as the command has ended. Not every system lets a folder be synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
