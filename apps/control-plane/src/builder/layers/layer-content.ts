import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { normalBlocks, type TarEntry, timeOf } from './tar-entry.js'
import { TarScanner, type TarVisitor } from './tar-scanner.js'

export const READ_BYTES = 1024 ** 2

export interface LayerContent {
  // Something in it is dated after the commit: by the clock of the build, most likely.
  isLate: boolean
  // What it holds, by the time from which on dates do not count.
  ids: ReadonlyMap<number, string>
}

/**
 * What a layer holds, so that it is found again however often it is built: the same files with the same dates, where a
 * date at or after one of the `commitTimes` (seconds) is as good as any other such date. An id for each of them.
 */
export async function readLayerContent(
  file: string,
  { commitTime, commitTimes }: { commitTime: number; commitTimes: Iterable<number> },
  signal: AbortSignal,
): Promise<LayerContent> {
  const reading = new ContentReading(commitTime, commitTimes)
  const scanner = new TarScanner(reading)
  await pipeline(
    createReadStream(file, { highWaterMark: READ_BYTES }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) scanner.write(chunk)
    },
    { signal },
  )
  scanner.end()
  return reading.end()
}

class ContentReading implements TarVisitor {
  private readonly hashes: { commitTime: number; hash: Hash }[]
  private file: Hash | undefined
  private isLate = false

  constructor(
    private readonly commitTime: number,
    commitTimes: Iterable<number>,
  ) {
    this.hashes = [...new Set([commitTime, ...commitTimes])].map((each) => ({
      commitTime: each,
      hash: createHash('sha256'),
    }))
  }

  entry(entry: TarEntry): void {
    const time = timeOf(entry)
    if (time.seconds > this.commitTime) this.isLate = true
    const blocks = Buffer.concat(normalBlocks(entry, 0))
    for (const { commitTime, hash } of this.hashes) {
      // An older commit that is built again must still find what a newer one left.
      const isDated = time.seconds < Math.min(commitTime, this.commitTime)
      hash.update(blocks).update(isDated ? `dated ${time.text}\n` : 'late\n')
    }
    this.file = entry.contentBytes > 0 ? createHash('sha256') : undefined
  }

  content(chunk: Buffer): void {
    this.file?.update(chunk)
  }

  close(): void {
    const digest = this.file?.digest()
    if (digest) for (const { hash } of this.hashes) hash.update(digest)
  }

  end(): LayerContent {
    const ids = this.hashes.map(({ commitTime, hash }) => [commitTime, `sha256:${hash.digest('hex')}`] as const)
    return { isLate: this.isLate, ids: new Map(ids) }
  }
}
