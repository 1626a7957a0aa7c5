import { open, rm, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import { ByteWriter } from './bytes.js'
import { LARGEST_SKELETON, SKELETON_CHUNK, SKELETON_FOOTER, SKELETON_MAGIC } from './skeleton-format.js'
import { TarWalker } from './tar-walker.js'

const deflate = promisify(deflateRaw)

/**
 * Keeps the skeleton of a layer in a file while the layer's tar flows by, in constant memory. The file is only appended to:
 * a disk that is all but full takes a part of what `write` gives it, and says nothing.
 */
export class SkeletonWriter {
  private readonly chunk = Buffer.alloc(SKELETON_CHUNK)
  private filled = 0
  private readonly full: Buffer[] = []
  private readonly lengths = new ByteWriter()
  private total = 0
  private file: FileHandle | undefined
  private readonly walker = new TarWalker({
    entry: ({ group }) => this.add(group),
    content: () => undefined,
    padding: () => undefined,
    rest: () => undefined,
  })

  constructor(private readonly path: string) {}

  /** One call at a time: the next one when this has resolved. */
  async write(tarBytes: Buffer): Promise<void> {
    // In slices, so that headers alone cannot pile up in memory.
    for (let at = 0; at < tarBytes.length; at += SKELETON_CHUNK) {
      this.walker.write(tarBytes.subarray(at, at + SKELETON_CHUNK))
      await this.flush()
    }
  }

  /** The file is whole and on disk. */
  async finish(): Promise<{ sizeBytes: number }> {
    if (this.filled > 0) this.full.push(Buffer.from(this.chunk.subarray(0, this.filled)))
    await this.flush()
    const footer = Buffer.alloc(SKELETON_FOOTER)
    footer.writeBigUInt64LE(BigInt(this.total), 0)
    footer.writeBigUInt64LE(BigInt(this.lengths.length), 8)
    const file = await this.opened()
    await file.appendFile(Buffer.concat([this.lengths.view(), footer]))
    await file.sync()
    const { size } = await file.stat()
    await file.close()
    return { sizeBytes: size }
  }

  /** Leaves no file behind. */
  async abandon(): Promise<void> {
    await this.file?.close().catch(() => undefined)
    await rm(this.path, { force: true })
  }

  private add(group: Buffer): void {
    // No delta is made from such a layer.
    if (this.total + group.length > LARGEST_SKELETON) return
    this.total += group.length
    let at = 0
    while (at < group.length) {
      const count = group.copy(this.chunk, this.filled, at)
      at += count
      this.filled += count
      if (this.filled < SKELETON_CHUNK) continue
      this.full.push(Buffer.from(this.chunk))
      this.filled = 0
    }
  }

  private async flush(): Promise<void> {
    for (const chunk of this.full) {
      const packed = await deflate(chunk)
      this.lengths.varint(packed.length)
      await (await this.opened()).appendFile(packed)
    }
    this.full.length = 0
  }

  private async opened(): Promise<FileHandle> {
    if (this.file) return this.file
    this.file = await open(this.path, 'w')
    await this.file.appendFile(SKELETON_MAGIC)
    return this.file
  }
}
