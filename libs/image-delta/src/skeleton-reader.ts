import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import { ByteReader } from './bytes.js'
import { DeltaError } from './delta-error.js'
import { LARGEST_SKELETON, SKELETON_CHUNK, SKELETON_FOOTER, SKELETON_MAGIC } from './skeleton-format.js'
import type { SourceFile } from './source-file.js'

const inflate = promisify(inflateRaw)
const CHUNKS_KEPT = 8
// Deflate adds five bytes to what it cannot make smaller, and a list of lengths needs at most four bytes each.
const LARGEST_PACKED = SKELETON_CHUNK + 64
const LARGEST_LIST = (LARGEST_SKELETON / SKELETON_CHUNK) * 4

/** Reads a skeleton at random, with some of its chunks in memory. */
export class SkeletonReader {
  private readonly kept = new Map<number, Buffer>()

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
    const [oldest] = this.kept.keys()
    if (this.kept.size >= CHUNKS_KEPT && oldest !== undefined) this.kept.delete(oldest)
    const start = this.offsets[number] ?? 0
    const packed = await readExactly(this.file, start, (this.offsets[number + 1] ?? 0) - start)
    const chunk = await inflate(packed, { maxOutputLength: SKELETON_CHUNK, chunkSize: SKELETON_CHUNK }).catch(
      (cause) => {
        throw new DeltaError('A chunk of a skeleton is damaged.', { cause })
      },
    )
    this.kept.set(number, chunk)
    return chunk
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
  if (position < 0) throw new DeltaError('A skeleton is cut off.')
  const bytes = Buffer.allocUnsafe(count)
  let done = 0
  while (done < count) {
    const more = await file.read(bytes.subarray(done), position + done)
    if (more === 0) throw new DeltaError('A skeleton is cut off.')
    done += more
  }
  return bytes
}
