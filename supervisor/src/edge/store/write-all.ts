import type { FileHandle } from 'node:fs/promises'

/** Writes all of it: a disk that is all but full takes a part of what `write` gives it, and says nothing. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
