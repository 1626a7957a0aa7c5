import { constants, createBrotliDecompress, createInflateRaw, type BrotliDecompress, type InflateRaw } from 'node:zlib'
import { DeltaError } from './delta-error.js'

/** Of Node's zlib streams, in all versions for years; npm's own unpacking (minizlib) stands on it, too. */
interface Inside {
  _handle: {
    writeSync: (
      ...it: [flush: number, from: Buffer, start: number, length: number, into: Buffer, at: number, room: number]
    ) => void
  }
  // After a write: bytes left of `into` and of `from`.
  _writeState: Uint32Array
}

const OPTIONS = { chunkSize: constants.Z_MIN_CHUNK }

/**
 * Decompresses from one given buffer into another. Node's streams make a new buffer for every piece and hand it to another
 * thread: on a board most of the time that a delta takes, and megabytes of garbage.
 */
export class Decoder {
  private readonly stream: (BrotliDecompress | InflateRaw) & Inside

  constructor(private readonly kind: 'brotli' | 'deflate') {
    const stream = kind === 'brotli' ? createBrotliDecompress(OPTIONS) : createInflateRaw(OPTIONS)
    // It comes after the stream is destroyed, which tells the same.
    this.stream = stream.on('error', () => undefined) as typeof this.stream
  }

  /** Gives how many bytes it took and gave. `isLast`: no more come after `from`. Throws DeltaError for what is damaged. */
  decode(from: Buffer, into: Buffer, isLast: boolean): { taken: number; given: number } {
    this.stream._handle.writeSync(this.flush(isLast), from, 0, from.length, into, 0, into.length)
    if (this.stream.destroyed) throw new DeltaError('Something compressed is damaged.')
    const [room = 0, left = 0] = this.stream._writeState
    return { taken: from.length - left, given: into.length - room }
  }

  /** Deflate only: the next bytes begin anew. */
  reset(): void {
    if ('reset' in this.stream) this.stream.reset()
  }

  close(): void {
    this.stream.close()
  }

  private flush(isLast: boolean): number {
    if (this.kind === 'deflate') return isLast ? constants.Z_FINISH : constants.Z_NO_FLUSH
    return isLast ? constants.BROTLI_OPERATION_FINISH : constants.BROTLI_OPERATION_PROCESS
  }
}
