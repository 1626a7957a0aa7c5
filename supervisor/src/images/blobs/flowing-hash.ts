import { createHash } from 'node:crypto'
import type { BlobFile } from './blob-disk.js'
import type { RangeSet } from './ranges.js'

const PIECE_BYTES = 64 * 1024

/**
 * The digest of a file that is filled in several places at once: what comes in order is hashed as it passes, the rest is
 * read back once all before it is there, which is mostly still in memory then.
 */
export class FlowingHash {
  private readonly hash = createHash('sha256')
  private position = 0
  private catchingUp?: Promise<void>

  constructor(
    private readonly file: BlobFile,
    private readonly written: RangeSet,
  ) {}

  /** These bytes have been written to the file. */
  pass(bytes: Uint8Array, position: number): void {
    if (this.catchingUp !== undefined || position !== this.position) return
    this.hash.update(bytes)
    this.position += bytes.length
  }

  /** Resolves when all that can be is hashed. */
  catchUp(): Promise<void> {
    return (this.catchingUp ??= this.readBack().finally(() => (this.catchingUp = undefined)))
  }

  /** Of a file that is written as a whole. */
  async finish(): Promise<string> {
    await this.catchUp()
    // One that was under way may have begun before the last bytes came.
    await this.catchUp()
    return `sha256:${this.hash.digest('hex')}`
  }

  private async readBack(): Promise<void> {
    const piece = new Uint8Array(PIECE_BYTES)
    for (;;) {
      const left = this.written.endOfRun(this.position) - this.position
      if (left === 0) return
      const bytes = await this.file.read(piece.subarray(0, Math.min(left, PIECE_BYTES)), this.position)
      if (bytes === 0) throw new Error('The file of a blob is shorter than what was written to it')
      this.hash.update(piece.subarray(0, bytes))
      this.position += bytes
    }
  }
}
