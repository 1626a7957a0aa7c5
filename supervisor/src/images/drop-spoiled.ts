import { createHash } from 'node:crypto'
import type { BlobStore } from './ports.js'

/** Removes those of these blobs that were right once and are no more, or cannot be read: a bad card did that. */
export async function dropSpoiled(
  blobs: Pick<BlobStore, 'isWhole' | 'read' | 'remove'>,
  digests: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const digest of new Set(digests)) {
    if (!blobs.isWhole(digest)) continue
    const found = await foundDigest(blobs, digest, signal)
    signal.throwIfAborted()
    if (found !== digest) await blobs.remove(digest)
  }
}

/** Undefined: it cannot be read to its end. */
async function foundDigest(
  blobs: Pick<BlobStore, 'read'>,
  digest: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const piece of blobs.read(digest)) {
      signal.throwIfAborted()
      hash.update(piece)
    }
  } catch {
    return undefined
  }
  return `sha256:${hash.digest('hex')}`
}
