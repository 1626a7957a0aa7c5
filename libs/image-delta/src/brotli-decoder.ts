import { constants, createBrotliDecompress, type BrotliDecompress } from 'node:zlib'
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

/**
 * Decompresses from one given buffer into another. Node's stream makes a new buffer for every piece and hands it to another
 * thread: on a board most of the time that a delta takes, and megabytes of garbage.
 */
export class BrotliDecoder {
  private readonly stream = createBrotliDecompress({ chunkSize: constants.Z_MIN_CHUNK }) as BrotliDecompress & Inside

  constructor() {
    // It comes after the stream is destroyed, which tells the same.
    this.stream.on('error', () => undefined)
  }

  /** Gives how many bytes it took and gave. `isLast`: no more come after `from`. Throws DeltaError for what is no brotli. */
  decode(from: Buffer, into: Buffer, isLast: boolean): { taken: number; given: number } {
    const flush = isLast ? constants.BROTLI_OPERATION_FINISH : constants.BROTLI_OPERATION_PROCESS
    this.stream._handle.writeSync(flush, from, 0, from.length, into, 0, into.length)
    if (this.stream.destroyed) throw new DeltaError('A section of a delta is damaged.')
    const [room = 0, left = 0] = this.stream._writeState
    return { taken: from.length - left, given: into.length - room }
  }

  close(): void {
    this.stream.close()
  }
}
