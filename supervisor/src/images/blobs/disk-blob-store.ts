/*
 * Blobs in one folder: `<hex>` is whole and was right, `<hex>.part` is on its way with `<hex>.journal` saying which
 * bytes of it are safe, `<hex>.put` is being taken in. Nothing else is remembered.
 */
import { createHash } from 'node:crypto'
import type { Blob, BlobStore, ByteRange, FetchOptions } from '../ports.js'
import { BlobDownload, DownloadEnded, type BlobWorld } from './blob-download.js'
import { fileName, parseName, type NameKind } from './names.js'
import { removePart, safeRanges } from './part-file.js'
import { RangeSet } from './ranges.js'
import { weigh } from './weigh.js'
import { SourceTraffic } from './source-traffic.js'

const PIECE_BYTES = 64 * 1024

interface Kept {
  // Of a whole one.
  bytes?: number
  // Of one that is not whole.
  safe: RangeSet
  // Milliseconds since the epoch, by the board's clock.
  usedAt: number
}

export class DiskBlobStore implements BlobStore {
  private readonly kept = new Map<string, Kept>()
  private readonly downloads = new Map<string, BlobDownload>()
  private readonly traffic = new SourceTraffic()
  // By digest, of those that are being taken in.
  private readonly puts = new Map<string, Promise<void>>()

  private constructor(private readonly world: BlobWorld) {}

  /** With what former runs have left; what is of no use to anybody is removed. */
  static async open(world: BlobWorld): Promise<DiskBlobStore> {
    const store = new DiskBlobStore(world)
    await store.load()
    return store
  }

  bytesOf(digest: string): number {
    const kept = this.kept.get(digest)
    return kept?.bytes ?? kept?.safe.bytes ?? 0
  }

  isWhole(digest: string): boolean {
    return this.kept.get(digest)?.bytes !== undefined
  }

  async fetch(blob: Blob, options: FetchOptions): Promise<void> {
    fileName(blob.digest, 'whole')
    while (!this.isWhole(blob.digest)) {
      options.signal.throwIfAborted()
      const running = this.downloads.get(blob.digest)
      // It lets go of its file first.
      if (running?.isEnding) await running.ended.catch(() => undefined)
      else await this.join(running ?? this.begin(blob), options)
    }
    this.use(blob.digest)
  }

  async *read(digest: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const bytes = this.kept.get(digest)?.bytes
    const file = bytes === undefined ? undefined : await this.world.disk.open(fileName(digest, 'whole'))
    if (!file || bytes === undefined) throw new Error(`There is no whole ${digest} here`)
    this.use(digest)
    try {
      const end = Math.min(bytes, (range?.last ?? bytes) + 1)
      for (let position = range?.first ?? 0; position < end;) {
        const piece = new Uint8Array(Math.min(PIECE_BYTES, end - position))
        const count = await file.read(piece, position)
        if (count === 0) throw new Error(`${digest} is shorter than it was`)
        yield piece.subarray(0, count)
        position += count
        weigh(count)
      }
    } finally {
      await file.close()
    }
  }

  /** Two that bring the same come one after the other: they would write into one file. */
  async put(digest: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const former = this.puts.get(digest) ?? Promise.resolve()
    const mine = former.catch(() => undefined).then(() => this.takeIn(digest, content))
    this.puts.set(digest, mine)
    try {
      await mine
    } finally {
      if (this.puts.get(digest) === mine) this.puts.delete(digest)
    }
  }

  pathOf(digest: string): string {
    return this.world.disk.path(fileName(digest, 'whole'))
  }

  async remove(digest: string): Promise<void> {
    await this.downloads.get(digest)?.stop()
    const isWhole = this.isWhole(digest)
    this.kept.delete(digest)
    if (isWhole) await this.world.disk.remove(fileName(digest, 'whole'))
    else await removePart(this.world.disk, digest)
  }

  /** Removes all others, but those that somebody is waiting for. */
  async keepOnly(digests: Iterable<string>): Promise<void> {
    const wanted = new Set(digests)
    for (const digest of [...this.kept.keys()]) {
      if (!wanted.has(digest) && !this.downloads.has(digest)) await this.remove(digest)
    }
  }

  list(): { digest: string; bytes: number; isWhole: boolean; usedAt: number }[] {
    return [...this.kept].map(([digest, { usedAt }]) => {
      return { digest, bytes: this.bytesOf(digest), isWhole: this.isWhole(digest), usedAt }
    })
  }

  /** Ends what is under way; what has come is safe when it resolves. */
  async close(): Promise<void> {
    await Promise.all([...this.downloads.values()].map((download) => download.stop()))
  }

  private async join(download: BlobDownload, options: FetchOptions): Promise<void> {
    await download.wait(options).catch((error: unknown) => {
      if (!(error instanceof DownloadEnded)) throw error
    })
  }

  private begin(blob: Blob): BlobDownload {
    const { digest, sizeBytes } = blob
    const download = new BlobDownload(this.world, blob, {
      traffic: this.traffic,
      safe: this.use(digest).safe,
      onEnd: (isWhole) => {
        this.downloads.delete(digest)
        if (isWhole) this.keepWhole(digest, sizeBytes)
      },
    })
    this.downloads.set(digest, download)
    return download
  }

  private async takeIn(digest: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const { disk } = this.world
    const aside = fileName(digest, 'put')
    try {
      const bytes = await this.write(digest, content)
      await disk.rename(aside, fileName(digest, 'whole'))
      await disk.syncNames()
      const wasPart = this.kept.has(digest) && !this.isWhole(digest)
      this.keepWhole(digest, bytes)
      // Not before: those who waited for it find it here, or they would begin anew.
      await this.downloads.get(digest)?.stop()
      if (wasPart) await removePart(disk, digest)
    } catch (cause) {
      await disk.remove(aside)
      throw new Error(`Could not take in ${digest}`, { cause })
    }
  }

  private async write(digest: string, content: AsyncIterable<Uint8Array>): Promise<number> {
    const file = await this.world.disk.create(fileName(digest, 'put'))
    try {
      const hash = createHash('sha256')
      let bytes = 0
      for await (const piece of content) {
        await file.write(piece, bytes)
        hash.update(piece)
        bytes += piece.length
      }
      const found = `sha256:${hash.digest('hex')}`
      if (found !== digest) throw new Error(`It is ${found}`)
      await file.sync()
      return bytes
    } finally {
      await file.close()
    }
  }

  private async load(): Promise<void> {
    const { disk } = this.world
    const found = (await disk.list()).flatMap((file) => {
      const name = parseName(file.name)
      return name ? [{ ...name, bytes: file.bytes, usedAt: file.changedAt }] : []
    })
    const of = (kind: NameKind) => found.filter((file) => file.kind === kind)
    for (const { digest, bytes, usedAt } of of('whole')) this.kept.set(digest, { bytes, usedAt, safe: new RangeSet() })
    for (const { digest, usedAt } of of('part')) {
      const safe = this.isWhole(digest) ? new RangeSet() : await safeRanges(disk, digest)
      if (safe.bytes > 0) this.kept.set(digest, { usedAt, safe })
      else await this.clear(removePart(disk, digest))
    }
    const journals = of('journal').filter(({ digest }) => !this.kept.has(digest) || this.isWhole(digest))
    for (const { digest } of journals) await this.clear(disk.remove(fileName(digest, 'journal')))
    for (const { digest } of of('put')) await this.clear(disk.remove(fileName(digest, 'put')))
  }

  /** What a bad card does not let go of is in nobody's way. */
  private async clear(removing: Promise<void>): Promise<void> {
    await removing.catch((error: unknown) => this.world.log.warn('left blob not removed', { error }))
  }

  private keepWhole(digest: string, bytes: number): void {
    this.kept.set(digest, { bytes, usedAt: this.world.clock.now(), safe: new RangeSet() })
  }

  /** It was used just now. */
  private use(digest: string): Kept {
    const kept = this.kept.get(digest) ?? { safe: new RangeSet(), usedAt: 0 }
    kept.usedAt = this.world.clock.now()
    this.kept.set(digest, kept)
    return kept
  }
}
