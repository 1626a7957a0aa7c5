/*
 * One file out of the tar that the engine makes of it. It reads no further than the file goes.
 */
const BLOCK = 512
const SIZE = { first: 124, end: 136 }
const KIND = 156
// Long names and further attributes of the entry that follows.
const PREFACES = ['x', 'g', 'L', 'K']

export interface ArchivedFile {
  sizeBytes: number
  content: AsyncIterable<Buffer>
}

/** Rejects where the first entry is no regular file. */
export async function firstFile(archive: AsyncIterable<Buffer>): Promise<ArchivedFile> {
  const pieces = new Pieces(archive)
  for (;;) {
    const header = await pieces.take(BLOCK)
    const kind = String.fromCharCode(header[KIND] ?? 0)
    const sizeBytes = sizeOf(header)
    if (kind === '0' || kind === '\0') return { sizeBytes, content: pieces.next(sizeBytes) }
    if (!PREFACES.includes(kind)) throw new Error('It is no regular file')
    for await (const _skipped of pieces.next(Math.ceil(sizeBytes / BLOCK) * BLOCK));
  }
}

function sizeOf(header: Buffer): number {
  const text = header
    .subarray(SIZE.first, SIZE.end)
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
  // Larger ones (8 GB on) are written otherwise, and are in no image that a board has.
  if (!/^ *[0-7]+$/.test(text)) throw new Error('The archive is not understood')
  return parseInt(text, 8)
}

/** What comes in pieces of any size, taken in others. */
class Pieces {
  private readonly source: AsyncIterator<Buffer>
  private rest: Buffer = Buffer.alloc(0)

  constructor(archive: AsyncIterable<Buffer>) {
    this.source = archive[Symbol.asyncIterator]()
  }

  async take(bytes: number): Promise<Buffer> {
    const taken: Buffer[] = []
    for await (const piece of this.next(bytes)) taken.push(piece)
    return Buffer.concat(taken)
  }

  async *next(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (this.rest.length === 0) this.rest = await this.more()
      const piece = this.rest.subarray(0, left)
      this.rest = this.rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  private async more(): Promise<Buffer> {
    const piece = await this.source.next()
    if (piece.done) throw new Error('The archive ends too early')
    return piece.value
  }
}
