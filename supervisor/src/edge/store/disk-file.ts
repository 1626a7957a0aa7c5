/*
 * A file on this machine's disk, read at random. A delta has it read in a hundred thousand small pieces, most of which are in
 * memory: to cross threads for each would take as long as all else that a delta takes, so reading holds up the process.
 */
import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { SourceFile } from '../../images/ports.js'

export class DiskFile implements SourceFile {
  constructor(
    private readonly handle: FileHandle,
    readonly sizeBytes: number,
  ) {}

  read(into: Uint8Array, position: number): Promise<number> {
    // What goes wrong rejects.
    return new Promise((resolve) => resolve(this.fill(into, position)))
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  private fill(into: Uint8Array, position: number): number {
    let filled = 0
    while (filled < into.length) {
      const count = readSync(this.handle.fd, into, filled, into.length - filled, position + filled)
      if (count === 0) break
      filled += count
    }
    return filled
  }
}
