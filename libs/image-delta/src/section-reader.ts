import type { FileHandle } from 'node:fs/promises'
import { createBrotliDecompress, type BrotliDecompress } from 'node:zlib'
import type { ByteStream } from './byte-stream.js'
import { DeltaError } from './delta-error.js'

/** The largest window that a delta may ask a board to keep, as a power of two: 1 MiB. */
export const LARGEST_WINDOW = 20
const PACKED_PIECE = 16 * 1024
// Node makes a new buffer for each piece, and looks for garbage after so many objects, whatever they hold: the smaller the
// pieces, the less garbage there is at a time. With 16 KiB it is 15 MB.
const PLAIN_PIECE = 2 * 1024

/** One stream of a delta: decompresses the sections one after the other while they are read. */
export class SectionReader implements ByteStream {
  private pieces: AsyncIterator<Buffer> | undefined
  private piece: Buffer = Buffer.alloc(0)
  private taken = 0
  private readonly packed = Buffer.allocUnsafeSlow(PACKED_PIECE)
  private nextSection = 0
  private position: number

  constructor(
    private readonly file: FileHandle,
    start: number,
    private readonly lengths: number[],
  ) {
    this.position = start
  }

  take(into: Buffer, start: number, end: number): number {
    const count = this.piece.copy(into, start, this.taken, this.taken + end - start)
    this.taken += count
    return count
  }

  async load(): Promise<void> {
    for (;;) {
      this.pieces ??= await this.openSection()
      const next = await this.pieces.next()
      if (!next.done) {
        this.piece = next.value
        this.taken = 0
        return
      }
      this.pieces = undefined
    }
  }

  async close(): Promise<void> {
    await this.pieces?.return?.()
    this.pieces = undefined
  }

  private async openSection(): Promise<AsyncIterator<Buffer>> {
    const length = this.lengths[this.nextSection++]
    if (length === undefined) throw new DeltaError('A stream of a delta ends too early.')
    const start = this.position
    this.position += length
    const first = Buffer.alloc(1)
    await this.file.read(first, 0, 1, start)
    if (windowBits(first[0] ?? 0) > LARGEST_WINDOW) throw new DeltaError('A delta asks for too much memory.')
    const plain = createBrotliDecompress({ chunkSize: PLAIN_PIECE })
    this.feed(plain, start, start + length).catch((error: Error) => plain.destroy(error))
    return plain[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  private async feed(plain: BrotliDecompress, start: number, end: number): Promise<void> {
    for (let at = start; at < end;) {
      const { bytesRead } = await this.file.read(this.packed, 0, Math.min(PACKED_PIECE, end - at), at)
      if (bytesRead === 0) throw new DeltaError('A delta is cut off.')
      // Afterwards the buffer is free again.
      await new Promise<void>((resolve, reject) => {
        plain.write(this.packed.subarray(0, bytesRead), (error) => (error ? reject(error) : resolve()))
      })
      at += bytesRead
    }
    plain.end()
  }
}

/** From the first bits of a brotli stream, RFC 7932, 9.1. */
function windowBits(first: number): number {
  if ((first & 1) === 0) return 16
  const high = (first >> 1) & 7
  if (high !== 0) return 17 + high
  const low = (first >> 4) & 7
  if (low === 0) return 17
  // One is the mark of windows larger than the standard has.
  return low === 1 ? Number.POSITIVE_INFINITY : 8 + low
}
