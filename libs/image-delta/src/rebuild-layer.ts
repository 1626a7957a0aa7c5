import { CopyReader, openOld, OperationReader, type ContentReader } from './content-reader.js'
import { DeltaError } from './delta-error.js'
import { DeltaFile } from './delta-file.js'
import type { StreamName } from './delta-format.js'
import type { DeltaSource } from './delta-source.js'
import { EntryReader, type NextEntry } from './entry-reader.js'
import { OldHeaders } from './old-headers.js'
import type { SectionReader } from './section-reader.js'
import { paddingAfter } from './tar-walker.js'

const CHUNK = 128 * 1024

/**
 * The exact tar of one of the delta's layers, if delta and source are what they should be: the caller checks the
 * digest. Throws DeltaError for whatever is wrong, and never gives more bytes than the delta says the tar has. A chunk is
 * overwritten after the next one was asked for: who keeps it copies it.
 */
export async function* rebuildLayer(path: string, diffId: string, source: DeltaSource): AsyncGenerator<Buffer> {
  let rebuilder: LayerRebuilder | undefined
  try {
    const delta = await DeltaFile.open(path)
    rebuilder = new LayerRebuilder(delta, diffId, source)
    yield* rebuilder.chunks()
  } catch (error) {
    if (error instanceof DeltaError) throw error
    throw new DeltaError(`Could not rebuild ${diffId}.`, { cause: error })
  } finally {
    await rebuilder?.close()
  }
}

class LayerRebuilder {
  private readonly buffers = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)] as const
  private out: Buffer = this.buffers[0]
  private filled = 0
  private left = 0
  private streams: Record<StreamName, SectionReader> | undefined
  private content: ContentReader | undefined
  private readonly old: OldHeaders

  constructor(
    private readonly delta: DeltaFile,
    private readonly diffId: string,
    private readonly source: DeltaSource,
  ) {
    this.old = new OldHeaders(delta.header.from, source)
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const streams = (this.streams = this.delta.streams(this.diffId))
    this.left = this.delta.header.layers.find(({ diffId }) => diffId === this.diffId)?.tarBytes ?? 0
    const entries = new EntryReader(streams.entries, this.old)
    const operations = new OperationReader(streams, streams.extra)
    while (this.left > 0) {
      const entry = await entries.next()
      if (entry.group.length + entry.rawBytes === 0) throw new DeltaError('A delta has an empty entry.')
      yield* this.put(bytesOf(entry.group), entry.group.length)
      yield* this.put(streams.extra, entry.rawBytes)
      const reader = await this.open(entry, operations)
      if (!reader) continue
      const length = entry.copy?.sizeBytes ?? entry.madeBytes
      yield* this.put(reader, length)
      await reader.close()
      this.content = undefined
      yield* this.put(zeros, paddingAfter(length))
    }
    if (this.filled > 0) yield this.out.subarray(0, this.filled)
  }

  async close(): Promise<void> {
    await this.content?.close().catch(() => undefined)
    for (const stream of Object.values(this.streams ?? {})) await stream.close().catch(() => undefined)
    await this.old.close().catch(() => undefined)
    await this.delta.close()
  }

  private async open(entry: NextEntry, operations: OperationReader): Promise<ContentReader | undefined> {
    if (entry.copy) {
      this.content = new CopyReader(await openOld(this.source, entry.copy.path, entry.copy.sizeBytes))
    } else if (entry.madeBytes > 0) {
      this.content = operations
      await operations.begin(entry.anchor, this.old, this.source)
    }
    return this.content
  }

  private async *put(from: { read(into: Buffer): Promise<number | void> }, count: number): AsyncGenerator<Buffer> {
    if (count > this.left) throw new DeltaError('A delta gives more bytes than it says.')
    this.left -= count
    for (let rest = count; rest > 0;) {
      const room = this.out.subarray(this.filled, Math.min(CHUNK, this.filled + rest))
      const got = (await from.read(room)) ?? room.length
      this.filled += got
      rest -= got
      if (this.filled === CHUNK) yield this.turn()
    }
  }

  private turn(): Buffer {
    const full = this.out
    this.out = full === this.buffers[0] ? this.buffers[1] : this.buffers[0]
    this.filled = 0
    return full
  }
}

const zeros = {
  read: (into: Buffer) => {
    into.fill(0)
    return Promise.resolve(into.length)
  },
}

function bytesOf(bytes: Buffer) {
  let at = 0
  return {
    read: (into: Buffer) => {
      const count = bytes.copy(into, 0, at)
      at += count
      return Promise.resolve(count)
    },
  }
}
