import { open, type FileHandle } from 'node:fs/promises'
import { DeltaError } from './delta-error.js'
import { decodeHeader, HEADER_START, headerLength, STREAMS, type DeltaHeader, type StreamName } from './delta-format.js'
import { SectionReader } from './section-reader.js'

/** A delta that is open for reading. */
export class DeltaFile {
  private constructor(
    private readonly file: FileHandle,
    readonly header: DeltaHeader,
    private readonly headerBytes: number,
  ) {}

  static async open(path: string): Promise<DeltaFile> {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const length = headerLength(await readStart(file, Math.min(size, HEADER_START)))
      if (length > size) throw new DeltaError('A delta is cut off.')
      return new DeltaFile(file, decodeHeader(await readStart(file, length), size - length), length)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** The streams of a layer, each to be closed. */
  streams(diffId: string): Record<StreamName, SectionReader> {
    let start = this.headerBytes
    for (const layer of this.header.layers) {
      const readers = STREAMS.map((stream) => {
        const reader = new SectionReader(this.file, start, layer.sections[stream])
        start += layer.sections[stream].reduce((sum, length) => sum + length, 0)
        return [stream, reader] as const
      })
      if (layer.diffId === diffId) return Object.fromEntries(readers) as Record<StreamName, SectionReader>
    }
    throw new DeltaError(`The delta does not rebuild ${diffId}.`)
  }

  close(): Promise<void> {
    return this.file.close()
  }
}

async function readStart(file: FileHandle, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count)
  const { bytesRead } = await file.read(bytes, 0, count, 0)
  if (bytesRead < count) throw new DeltaError('A delta is cut off.')
  return bytes
}
