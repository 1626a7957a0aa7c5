import type { ByteRange } from '../images/ports.js'
import { BundleRefused } from './bundle-refused.js'
import type { BundleFile } from './ports.js'
import { paddedBytes, readTarHeader, TAR_BLOCK_BYTES, type TarHeader } from './tar-header.js'

export interface TarEntry extends TarHeader {
  // Of its first byte in the file.
  position: number
}

// Headers of small files lie close together.
const WINDOW_BYTES = 64 * 1024

/** Goes through a tar from header to header, and reads of what lies between only what is asked for. */
export class TarWalk {
  private position = 0
  private window: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) }

  constructor(
    private readonly file: BundleFile,
    private readonly signal: AbortSignal,
  ) {}

  /** Undefined: the tar ends here, as it should. Throws BundleRefused where it is none, or ends before it should. */
  async next(): Promise<TarEntry | undefined> {
    const header = readTarHeader(await this.read(this.position, TAR_BLOCK_BYTES))
    if (header === undefined) throw new BundleRefused('not-a-bundle', 'The file is not a bundle, or it is damaged.')
    if (header === 'end') return undefined
    const position = this.position + TAR_BLOCK_BYTES
    this.position = position + paddedBytes(header.sizeBytes)
    this.requireInside(position, header.sizeBytes)
    return { ...header, position }
  }

  /** All of a short one. */
  async content({ position, sizeBytes }: TarEntry): Promise<Buffer> {
    const { at, bytes } = this.window
    const isInWindow = position >= at && position + sizeBytes <= at + bytes.length
    if (isInWindow) return bytes.subarray(position - at, position - at + sizeBytes)
    return readExactly(this.file, { first: position, last: position + sizeBytes - 1 }, this.signal)
  }

  private async read(position: number, length: number): Promise<Buffer> {
    this.requireInside(position, length)
    const { at, bytes } = this.window
    if (position < at || position + length > at + bytes.length) {
      const last = Math.min(this.file.sizeBytes, position + WINDOW_BYTES) - 1
      this.window = { at: position, bytes: await readExactly(this.file, { first: position, last }, this.signal) }
    }
    const start = position - this.window.at
    return this.window.bytes.subarray(start, start + length)
  }

  private requireInside(position: number, length: number): void {
    if (position + length <= this.file.sizeBytes) return
    throw new BundleRefused('not-a-bundle', 'The file is cut off: it is shorter than a bundle of this content.')
  }
}

/** Throws BundleRefused where the file does not give it. */
async function readExactly(file: BundleFile, range: ByteRange, signal: AbortSignal): Promise<Buffer> {
  const wanted = range.last - range.first + 1
  const pieces: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const piece of file.read(range, signal)) {
      pieces.push(piece)
      bytes += piece.length
      if (bytes > wanted) break
    }
  } catch (cause) {
    throw new BundleRefused('unreadable', 'The file cannot be read.', { cause })
  }
  if (bytes !== wanted) throw new BundleRefused('unreadable', 'The file is not as long as it was.')
  return Buffer.concat(pieces)
}
