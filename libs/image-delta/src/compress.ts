import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress } from 'node:zlib'
import { LARGEST_WINDOW } from './section-reader.js'

/** Compresses part of a file to another one; gives how many bytes it has become. */
export async function compressFile(
  from: { path: string; start: number; end: number },
  to: string,
  signal?: AbortSignal,
): Promise<number> {
  const size = from.end - from.start
  if (size === 0) return 0
  const window = Math.min(LARGEST_WINDOW, Math.max(constants.BROTLI_MIN_WINDOW_BITS, Math.ceil(Math.log2(size + 16))))
  const brotli = createBrotliCompress({
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: window,
      [constants.BROTLI_PARAM_SIZE_HINT]: size,
    },
  })
  await pipeline(createReadStream(from.path, { start: from.start, end: from.end - 1 }), brotli, createWriteStream(to), {
    signal,
  })
  return (await stat(to)).size
}
