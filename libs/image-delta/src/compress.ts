import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress } from 'node:zlib'
import type { StreamName } from './delta-format.js'
import { LARGEST_WINDOW } from './section-reader.js'

// A board decodes all streams at a time, and has 64 MB for it with all of Node: what is new gains most by a window.
const WINDOWS: Record<StreamName, number> = { entries: 17, operations: 18, differences: 19, extra: LARGEST_WINDOW }
const SECTION_BYTES = 8 * 1024 * 1024
// So many bytes of a delta get each quality, the best one first: they take about 1.7, 0.8 and 0.1 seconds for a megabyte,
// and an image that is all new is not to take many minutes.
const QUALITIES = [
  { quality: 11, bytes: 24 * 1024 * 1024 },
  { quality: 10, bytes: 96 * 1024 * 1024 },
  { quality: 9, bytes: Number.POSITIVE_INFINITY },
]

interface Section {
  from: { path: string; start: number; end: number }
  to: string
  stream: StreamName
}

/** Compresses the streams of layers while others are still being written. */
export class StreamCompressor {
  private readonly waiting: (() => void)[] = []
  private free = availableParallelism()
  private readonly left = QUALITIES.map((each) => ({ ...each }))

  constructor(private readonly signal?: AbortSignal) {}

  /** The paths of the stream's sections, and how long they are; the plain file goes. */
  async compress(stream: StreamName, path: string, sizeBytes: number): Promise<{ path: string; bytes: number }[]> {
    const sections: Promise<{ path: string; bytes: number }>[] = []
    for (let start = 0; start < sizeBytes; start += SECTION_BYTES) {
      const from = { path, start, end: Math.min(sizeBytes, start + SECTION_BYTES) }
      sections.push(this.section({ from, to: `${path}.${sections.length}`, stream }))
    }
    const done = await Promise.all(sections)
    await rm(path, { force: true })
    return done
  }

  private async section({ from, to, stream }: Section): Promise<{ path: string; bytes: number }> {
    const size = from.end - from.start
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: this.qualityFor(size),
      [constants.BROTLI_PARAM_LGWIN]: Math.min(WINDOWS[stream], Math.max(10, Math.ceil(Math.log2(size + 16)))),
      [constants.BROTLI_PARAM_SIZE_HINT]: size,
    }
    await this.turn()
    try {
      const input = createReadStream(from.path, { start: from.start, end: from.end - 1 })
      await pipeline(input, createBrotliCompress({ params }), createWriteStream(to), { signal: this.signal })
      return { path: to, bytes: (await stat(to)).size }
    } finally {
      this.free += 1
      this.waiting.shift()?.()
    }
  }

  private qualityFor(size: number): number {
    const best = this.left.find(({ bytes }) => bytes >= size)
    if (best) best.bytes -= size
    return best?.quality ?? constants.BROTLI_DEFAULT_QUALITY
  }

  private async turn(): Promise<void> {
    while (this.free === 0) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.free -= 1
  }
}
