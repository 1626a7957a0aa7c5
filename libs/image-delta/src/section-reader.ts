import type { FileHandle } from 'node:fs/promises'
import type { ByteStream } from './byte-stream.js'
import { Decoder } from './decoder.js'
import { DeltaError } from './delta-error.js'

/** The largest window that a delta may ask a board to keep, as a power of two: 1 MiB. */
export const LARGEST_WINDOW = 20
const PIECE = 16 * 1024

/** One stream of a delta: decompresses the sections one after the other while they are read. */
export class SectionReader implements ByteStream {
  private decoder: Decoder | undefined
  private readonly plain = Buffer.allocUnsafeSlow(PIECE)
  private filled = 0
  private taken = 0
  private readonly packedPiece = Buffer.allocUnsafeSlow(PIECE)
  // What of it is not decompressed yet.
  private packed = this.packedPiece.subarray(0, 0)
  private nextSection = 0
  // In the file: what to read next, and where the section ends.
  private position: number
  private end: number

  constructor(
    private readonly file: FileHandle,
    start: number,
    private readonly lengths: number[],
  ) {
    this.position = this.end = start
  }

  take(into: Buffer, start: number, end: number): number {
    const count = this.plain.copy(into, start, this.taken, Math.min(this.filled, this.taken + end - start))
    this.taken += count
    return count
  }

  async load(): Promise<void> {
    this.filled = this.taken = 0
    while (this.filled === 0) {
      this.decoder ??= await this.openSection()
      if (this.packed.length === 0 && this.position < this.end) await this.read()
      this.decode(this.decoder)
    }
  }

  close(): void {
    this.decoder?.close()
    this.decoder = undefined
  }

  private async openSection(): Promise<Decoder> {
    const length = this.lengths[this.nextSection++]
    if (length === undefined) throw new DeltaError('A stream of a delta ends too early.')
    this.end += length
    await this.read()
    if (windowBits(this.packed[0] ?? 0) > LARGEST_WINDOW) throw new DeltaError('A delta asks for too much memory.')
    return new Decoder('brotli')
  }

  private async read(): Promise<void> {
    const wanted = Math.min(PIECE, this.end - this.position)
    const { bytesRead } = await this.file.read(this.packedPiece, 0, wanted, this.position)
    if (bytesRead === 0) throw new DeltaError('A delta is cut off.')
    this.position += bytesRead
    this.packed = this.packedPiece.subarray(0, bytesRead)
  }

  private decode(decoder: Decoder): void {
    const { taken, given } = decoder.decode(this.packed, this.plain, this.position === this.end)
    this.packed = this.packed.subarray(taken)
    this.filled = given
    if (given + taken > 0) return
    if (this.packed.length > 0) throw new DeltaError('A section of a delta is longer than it says.')
    this.close()
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
