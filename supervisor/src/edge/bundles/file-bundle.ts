/*
 * A bundle in a folder that this process reaches: on a stick, or where an upload was put. It is read where it lies.
 */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { BundleFile } from '../../bundles/ports.js'
import type { ByteRange } from '../../images/ports.js'

// Larger ones are collected too late: with 256 KB, reading 300 MB takes 35 MB of memory, with these 8.
const PIECE_BYTES = 32 * 1024

/** Rejects where there is no such regular file. `name`: what it is called. */
export async function openBundleFile(path: string, name = path): Promise<BundleFile> {
  // Who can write to a stick could leave a link on it, or a pipe that nobody ever writes to.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new Error(`${path} is no file`)
    return {
      name,
      sizeBytes: stats.size,
      read: (range, signal) => readRange(file, range, signal),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function* readRange(file: FileHandle, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let position = range.first; position <= range.last;) {
    signal.throwIfAborted()
    // A new one each time: whoever gets it may keep it.
    const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, range.last - position + 1))
    const { bytesRead } = await file.read(piece, 0, piece.length, position)
    if (bytesRead === 0) throw new Error('The file is shorter than it was')
    yield piece.subarray(0, bytesRead)
    position += bytesRead
  }
}
