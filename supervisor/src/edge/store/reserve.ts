/*
 * A little room that is kept on the disk for when an app has filled the rest of it. With it a new target, and what people
 * ask of the device, can still be written down: the disk can be emptied from far away. It knows nothing of what is
 * written.
 */
import { randomBytes } from 'node:crypto'
import { open, statfs, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'

const BYTES = 2 * 1024 * 1024
// Little at a time: the app takes what is free, too.
const SLICE_BYTES = 64 * 1024
// Set aside only where it is nothing to miss.
const ROOMY_BYTES = 64 * 1024 * 1024

export class Reserve {
  private leftBytes = 0

  constructor(
    private readonly path: string,
    private readonly roomyBytes = ROOMY_BYTES,
  ) {}

  /** Sets the room aside, or what was given up of it, once there is plenty. A disk that has none now is asked again later. */
  async fill(): Promise<void> {
    if (this.leftBytes === BYTES) return
    await this.grow().catch(() => undefined)
  }

  /** Writes, and gives up of the room for as long as the disk is too full for it. */
  async spend<T>(write: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const written = await write()
        await this.fill()
        return written
      } catch (error) {
        if (!isFull(error) || !(await this.giveUp())) throw error
      }
    }
  }

  private async grow(): Promise<void> {
    const file = await open(this.path, 'a', 0o600)
    try {
      this.leftBytes = Math.min(BYTES, (await file.stat()).size)
      const { bavail, bsize } = await statfs(dirname(this.path))
      if (this.leftBytes === BYTES || bavail * bsize < this.roomyBytes) return
      // Random, since some file systems store zeros in no room at all.
      await file.appendFile(randomBytes(BYTES - this.leftBytes))
      this.leftBytes = BYTES
    } finally {
      await file.close()
    }
  }

  /** False: there is nothing left of it. */
  private async giveUp(): Promise<boolean> {
    if (this.leftBytes === 0) return false
    this.leftBytes = Math.max(0, this.leftBytes - SLICE_BYTES)
    await truncate(this.path, this.leftBytes)
    return true
  }
}

function isFull(error: unknown): boolean {
  const { code, cause } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT' || (cause !== undefined && isFull(cause))
}
