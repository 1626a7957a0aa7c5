import { ContentReader } from './content-reader.js'
import { DeltaError } from './delta-error.js'
import { DeltaFile } from './delta-file.js'
import type { StreamName } from './delta-format.js'
import type { DeltaSource } from './delta-source.js'
import { EntryReader, type NextEntry } from './entry-reader.js'
import { openOldFile } from './old-contents.js'
import { OldHeaders } from './old-headers.js'
import type { SectionReader } from './section-reader.js'
import type { SourceFile } from './source-file.js'
import { paddingAfter } from './tar-walker.js'

const CHUNK = 64 * 1024
const PADDING = Buffer.alloc(512)

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
  private copied: SourceFile | undefined
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
    const content = (this.content = new ContentReader(streams, streams.extra))
    while (this.left > 0) {
      const entry = await entries.next()
      if (entry.group.length + entry.rawBytes === 0) throw new DeltaError('A delta has an empty entry.')
      for (const piece of this.pieces(entry, content)) yield* this.put(piece)
    }
    if (this.filled > 0) yield this.out.subarray(0, this.filled)
  }

  private async *put(piece: Piece): AsyncGenerator<Buffer> {
    if (piece.bytes > this.left) throw new DeltaError('A delta gives more bytes than it says.')
    await piece.begin?.()
    for (let done = 0; done < piece.bytes;) {
      const count = Math.min(CHUNK - this.filled, piece.bytes - done)
      await piece.fill(this.out.subarray(this.filled, this.filled + count), done)
      done += count
      this.left -= count
      this.filled += count
      if (this.filled === CHUNK) yield this.turn()
    }
    await piece.end?.()
  }

  async close(): Promise<void> {
    await this.copied?.close().catch(() => undefined)
    await this.content?.close().catch(() => undefined)
    for (const stream of Object.values(this.streams ?? {})) stream.close()
    await this.old.close().catch(() => undefined)
    await this.delta.close()
  }

  private pieces(entry: NextEntry, content: ContentReader): Piece[] {
    const pieces: Piece[] = [bytesPiece(entry.group)]
    if (entry.rawBytes > 0) pieces.push({ bytes: entry.rawBytes, fill: (into) => content.readNew(into) })
    const contentBytes = entry.copy?.sizeBytes ?? entry.madeBytes
    if (entry.copy) pieces.push(this.copyPiece(entry.copy))
    else if (contentBytes > 0) {
      pieces.push({
        bytes: contentBytes,
        begin: () => content.begin(entry.anchor, this.old, this.source),
        fill: (into) => content.read(into),
        end: () => content.end(),
      })
    }
    if (contentBytes > 0) pieces.push(bytesPiece(PADDING.subarray(0, paddingAfter(contentBytes))))
    return pieces
  }

  private copyPiece({ path, sizeBytes }: { path: string; sizeBytes: number }): Piece {
    return {
      bytes: sizeBytes,
      begin: async () => {
        this.copied = await openOldFile(this.source, path, sizeBytes)
      },
      fill: (into, from) => this.copy(into, from),
      end: async () => {
        await this.copied?.close()
        this.copied = undefined
      },
    }
  }

  private async copy(into: Buffer, from: number): Promise<void> {
    for (let done = 0; done < into.length;) {
      const count = (await this.copied?.read(done === 0 ? into : into.subarray(done), from + done)) ?? 0
      if (count <= 0) throw new DeltaError('A file of the old image is too short.')
      done += count
    }
  }

  private turn(): Buffer {
    const full = this.out
    this.out = full === this.buffers[0] ? this.buffers[1] : this.buffers[0]
    this.filled = 0
    return full
  }
}

/** Some next bytes of the tar. */
interface Piece {
  bytes: number
  begin?: () => Promise<void>
  /** Fills all of it; `from`: how many bytes of the piece came before. */
  fill: (into: Buffer, from: number) => Promise<void> | void
  end?: () => Promise<void>
}

function bytesPiece(bytes: Buffer): Piece {
  return {
    bytes: bytes.length,
    fill: (into, from) => void bytes.copy(into, 0, from, from + into.length),
  }
}
