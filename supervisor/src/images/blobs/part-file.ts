/*
 * A blob on its way to being whole. Bytes count as safe once they are synced and the journal, synced after them, says
 * so; at the next start only the journal is believed.
 */
import type { Clock } from '../../ports.js'
import type { Blob, ByteRange } from '../ports.js'
import type { BlobDisk, BlobFile } from './blob-disk.js'
import { FlowingHash } from './flowing-hash.js'
import { fileName, type NameKind } from './names.js'
import { PartJournal, readJournal } from './part-journal.js'
import { RangeSet } from './ranges.js'

// What a power cut may cost is what came since: a second, or on links slower than that, 64 KB or ten seconds.
const COMMIT_MS = 1_000
const COMMIT_BYTES = 64 * 1024
const LATEST_COMMIT_MS = 10_000
const LARGEST_COMMIT_BYTES = 8 * 1024 * 1024
// A fast link and a slow card: more than this is not left waiting in memory.
const LARGEST_UNSYNCED_BYTES = 2 * LARGEST_COMMIT_BYTES

export interface PartOrder {
  disk: BlobDisk
  blob: Blob
  clock: Pick<Clock, 'monotonic'>
  /** Kept true while the part is filled. */
  safe: RangeSet
}

interface Found {
  part?: BlobFile
  journal?: BlobFile
  partBytes: number
  safe: RangeSet
}

export class PartFile {
  private readonly written: RangeSet
  private readonly unsynced = new RangeSet()
  private readonly hash: FlowingHash
  private commitUnderWay?: Promise<void>
  private committedAt: number
  private unsyncedBytes = 0
  private failure?: Error

  private constructor(
    private readonly order: PartOrder,
    private readonly file: BlobFile,
    private journal?: PartJournal,
  ) {
    this.written = new RangeSet(order.safe.list())
    this.hash = new FlowingHash(file, this.written)
    this.committedAt = order.clock.monotonic()
  }

  /** Goes on with what is there of it, or begins it. */
  static async open(order: PartOrder): Promise<PartFile> {
    const { disk, blob, safe } = order
    const found = await openFound(disk, blob.digest)
    safe.takeAll()
    // What is longer than the blob is no part of it.
    if (found && found.partBytes <= blob.sizeBytes) {
      for (const range of found.safe.list()) safe.add(range)
    }
    if (found?.part && found.journal && safe.bytes > 0) {
      return new PartFile(order, found.part, await PartJournal.open(found.journal, blob.digest))
    }
    await Promise.all([found?.part?.close(), found?.journal?.close()])
    if (found) await removePart(disk, blob.digest)
    return new PartFile(order, await disk.create(fileName(blob.digest, 'part')))
  }

  /** What there is of it, synced or not. */
  get bytes(): number {
    return this.written.bytes
  }

  /** The first bytes that are neither there nor claimed. */
  firstGap(claimed: RangeSet): ByteRange | undefined {
    const all = new RangeSet([...this.written.list(), ...claimed.list()])
    return all.firstGap(this.order.blob.sizeBytes)
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    if (this.failure) throw this.failure
    await this.file.write(bytes, position)
    const range = { first: position, last: position + bytes.length - 1 }
    this.written.add(range)
    this.unsynced.add(range)
    this.unsyncedBytes += bytes.length
    this.hash.pass(bytes, position)
    await this.commitIfDue()
  }

  /** A range is complete: what follows it may have been waiting for it. */
  async hashWhatIsThere(): Promise<void> {
    await this.hash.catchUp().catch((error: unknown) => {
      // Told by the end, which then begins anew.
      if (!isUnreadable(error)) throw error
    })
  }

  /** All that was written until now is safe when it resolves. */
  async commit(): Promise<void> {
    await this.commitUnderWay
    await this.commitNow()
  }

  /** Makes it whole and durable; false: it is something else, and has been thrown away. */
  async finish(): Promise<boolean> {
    await this.commitUnderWay
    if (this.failure) throw this.failure
    const { disk, safe, blob } = this.order
    if ((await this.digestNow()) !== blob.digest) {
      safe.takeAll()
      await removePart(disk, blob.digest)
      return false
    }
    await this.file.sync()
    await disk.rename(fileName(blob.digest, 'part'), fileName(blob.digest, 'whole'))
    await disk.syncNames()
    // Not before the new name is safe: without it, the part under its old name would count for nothing.
    if (this.journal) await disk.remove(fileName(blob.digest, 'journal'))
    return true
  }

  /** Undefined where the disk has lost what it took. */
  private async digestNow(): Promise<string | undefined> {
    try {
      return await this.hash.finish()
    } catch (error) {
      if (isUnreadable(error)) return undefined
      throw error
    }
  }

  async close(): Promise<void> {
    await this.commitUnderWay?.catch(() => undefined)
    await Promise.all([this.file.close(), this.journal?.close()])
  }

  private async commitIfDue(): Promise<void> {
    const passedMs = this.order.clock.monotonic() - this.committedAt
    const isDue =
      this.unsyncedBytes >= LARGEST_COMMIT_BYTES ||
      (passedMs >= COMMIT_MS && this.unsyncedBytes >= COMMIT_BYTES) ||
      passedMs >= LATEST_COMMIT_MS
    if (!isDue) return
    const commit = this.commitNow()
    if (this.unsyncedBytes >= LARGEST_UNSYNCED_BYTES) await commit
    // Its failure is told by the next write.
    else commit.catch(() => undefined)
  }

  private commitNow(): Promise<void> {
    this.commitUnderWay ??= this.syncAndNote().finally(() => (this.commitUnderWay = undefined))
    return this.commitUnderWay
  }

  private async syncAndNote(): Promise<void> {
    if (this.failure) throw this.failure
    const ranges = this.unsynced.takeAll()
    this.unsyncedBytes = 0
    this.committedAt = this.order.clock.monotonic()
    if (ranges.length === 0) return
    try {
      this.journal ??= await this.beginJournal()
      await this.file.sync()
      await this.journal.append(ranges)
    } catch (cause) {
      // It stays so: what a disk could not sync once is not there after a second try that works.
      this.failure = new Error(`Could not write what was downloaded of ${this.order.blob.digest}`, { cause })
      throw this.failure
    }
    for (const range of ranges) this.order.safe.add(range)
  }

  /**
   * Its name is safe before the part's first bytes are: else a journal of a former part, removed but not for good, could
   * come back and vouch for them.
   */
  private async beginJournal(): Promise<PartJournal> {
    const { disk, blob } = this.order
    const file = await disk.create(fileName(blob.digest, 'journal'))
    await disk.syncNames()
    return PartJournal.open(file, blob.digest)
  }
}

/** What is there of a blob and can be believed; nothing where there is no journal. */
export async function safeRanges(disk: BlobDisk, digest: string): Promise<RangeSet> {
  const found = await openFound(disk, digest)
  await Promise.all([found?.part?.close(), found?.journal?.close()])
  return found?.safe ?? new RangeSet()
}

/** What there is; what the disk cannot read counts for nothing, or nobody would ever get past it. */
async function openFound(disk: BlobDisk, digest: string): Promise<Found | undefined> {
  const opened: BlobFile[] = []
  const open = async (kind: NameKind) => {
    const file = await disk.open(fileName(digest, kind))
    if (file) opened.push(file)
    return file
  }
  try {
    const journal = await open('journal')
    if (!journal) return undefined
    const part = await open('part')
    const partBytes = part ? await part.size() : 0
    return { part, journal, partBytes, safe: await readJournal(journal, digest, partBytes) }
  } catch (error) {
    await Promise.all(opened.map((file) => file.close()))
    if (!isUnreadable(error)) throw error
    return { partBytes: 0, safe: new RangeSet() }
  }
}

/** Whether the disk itself says that it has lost what is asked for. */
function isUnreadable(error: unknown): boolean {
  return ['EIO', 'EUCLEAN', 'EBADMSG'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/**
 * The journal goes first, for good: found with a part of a later time, it would vouch for bytes that never came.
 */
export async function removePart(disk: BlobDisk, digest: string): Promise<void> {
  await disk.remove(fileName(digest, 'journal'))
  await disk.syncNames()
  await disk.remove(fileName(digest, 'part'))
}
