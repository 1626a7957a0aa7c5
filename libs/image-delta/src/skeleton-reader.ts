import { ByteReader } from './bytes.js'
import { Decoder } from './decoder.js'
import { DeltaError } from './delta-error.js'
import { LARGEST_SKELETON, SKELETON_CHUNK, SKELETON_FOOTER, SKELETON_MAGIC } from './skeleton-format.js'
import type { SourceFile } from './source-file.js'

const CHUNKS_KEPT = 8
// Deflate adds five bytes to what it cannot make smaller, and a list of lengths needs at most four bytes each.
const LARGEST_PACKED = SKELETON_CHUNK + 64
const LARGEST_LIST = (LARGEST_SKELETON / SKELETON_CHUNK) * 4

/** Reads a skeleton at random, with some of its chunks in memory. */
export class SkeletonReader {
  // Chunks by number. Their memory stays the same: what is kept for a while and then given up is the last that V8 clears away.
  private readonly kept = new Map<number, Buffer>()
  private readonly packed = Buffer.allocUnsafeSlow(LARGEST_PACKED)
  private readonly decoder = new Decoder('deflate')

  private constructor(
    private readonly file: SourceFile,
    readonly sizeBytes: number,
    private readonly offsets: Float64Array,
  ) {}

  static async open(file: SourceFile): Promise<SkeletonReader> {
    const footer = await readExactly(file, file.sizeBytes - SKELETON_FOOTER, SKELETON_FOOTER)
    const magic = await readExactly(file, 0, SKELETON_MAGIC.length)
    if (!magic.equals(SKELETON_MAGIC)) throw new DeltaError('This is no skeleton of a layer.')
    const total = Number(footer.readBigUInt64LE(0))
    const listBytes = Number(footer.readBigUInt64LE(8))
    if (total > LARGEST_SKELETON || listBytes > LARGEST_LIST) throw new DeltaError('A skeleton is too large.')
    const list = await readExactly(file, file.sizeBytes - SKELETON_FOOTER - listBytes, listBytes)
    return new SkeletonReader(file, total, chunkOffsets(new ByteReader(list), Math.ceil(total / SKELETON_CHUNK)))
  }

  /** Copies bytes of the skeleton; all of them must be there. */
  async read(into: Buffer, position: number): Promise<void> {
    if (position < 0 || position + into.length > this.sizeBytes) throw new DeltaError('A skeleton is too short.')
    let done = 0
    while (done < into.length) {
      const number = Math.floor((position + done) / SKELETON_CHUNK)
      const chunk = this.recall(number) ?? (await this.load(number))
      const count = chunk.copy(into, done, position + done - number * SKELETON_CHUNK)
      if (count === 0) throw new DeltaError('A chunk of a skeleton is too short.')
      done += count
    }
  }

  close(): Promise<void> {
    this.decoder.close()
    return this.file.close()
  }

  private recall(number: number): Buffer | undefined {
    const chunk = this.kept.get(number)
    if (!chunk) return undefined
    // The one last used goes last.
    this.kept.delete(number)
    this.kept.set(number, chunk)
    return chunk
  }

  private async load(number: number): Promise<Buffer> {
    const memory = this.freeMemory()
    const start = this.offsets[number] ?? 0
    const packed = this.packed.subarray(0, (this.offsets[number + 1] ?? 0) - start)
    await readInto(this.file, start, packed)
    this.decoder.reset()
    const chunk = memory.subarray(0, this.decoder.decode(packed, memory, true).given)
    this.kept.set(number, chunk)
    return chunk
  }

  /** Of the chunk that was not used for longest, or new. */
  private freeMemory(): Buffer {
    const [oldest] = this.kept
    if (this.kept.size < CHUNKS_KEPT || !oldest) return Buffer.allocUnsafeSlow(SKELETON_CHUNK)
    this.kept.delete(oldest[0])
    return Buffer.from(oldest[1].buffer)
  }
}

function chunkOffsets(lengths: ByteReader, count: number): Float64Array {
  const offsets = new Float64Array(count + 1)
  offsets[0] = SKELETON_MAGIC.length
  for (let at = 0; at < count; at += 1) {
    const length = lengths.varint()
    if (length > LARGEST_PACKED) throw new DeltaError('A chunk of a skeleton is too large.')
    offsets[at + 1] = (offsets[at] ?? 0) + length
  }
  return offsets
}

async function readExactly(file: SourceFile, position: number, count: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(count)
  await readInto(file, position, bytes)
  return bytes
}

async function readInto(file: SourceFile, position: number, bytes: Buffer): Promise<void> {
  if (position < 0) throw new DeltaError('A skeleton is cut off.')
  for (let done = 0; done < bytes.length;) {
    const more = await file.read(bytes.subarray(done), position + done)
    if (more === 0) throw new DeltaError('A skeleton is cut off.')
    done += more
  }
}
