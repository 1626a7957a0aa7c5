import headers from 'tar-stream/headers.js'

/*
 * The headers of a tar, as far as bundles use them: plain files. Trusts none of it.
 */
export const TAR_BLOCK_BYTES = 512

export interface TarHeader {
  name: string
  sizeBytes: number
}

/** 'end': the block that ends a tar. Undefined: no header of a plain file. */
export function readTarHeader(block: Buffer): TarHeader | 'end' | undefined {
  if (block.length !== TAR_BLOCK_BYTES) return undefined
  const header = decoded(block)
  if (header === null) return 'end'
  if (header?.type !== 'file' || header.name === '') return undefined
  const { name, size } = header
  return Number.isSafeInteger(size) && size >= 0 ? { name, sizeBytes: size } : undefined
}

/** Where what follows a file of so many bytes begins. */
export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES
}

/** It throws where the checksum or the format is wrong. */
function decoded(block: Buffer): ReturnType<typeof headers.decode> | undefined {
  try {
    return headers.decode(block)
  } catch {
    return undefined
  }
}
