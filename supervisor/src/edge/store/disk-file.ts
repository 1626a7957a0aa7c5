/*
 * A file on this machine's disk, read at random.
 */
import type { FileHandle } from 'node:fs/promises'
import type { SourceFile } from '../../images/ports.js'

export class DiskFile implements SourceFile {
  constructor(
    private readonly handle: FileHandle,
    readonly sizeBytes: number,
  ) {}

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      const { bytesRead } = await this.handle.read(into, filled, into.length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}
