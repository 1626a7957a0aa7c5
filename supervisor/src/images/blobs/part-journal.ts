/*
 * The journal of a blob that is not whole yet: a line for each range that is safely in its file. Each line carries a
 * checksum over itself and the blob's digest, so that a torn line, or one of another blob, is none.
 */
import { createHash } from 'node:crypto'
import type { ByteRange } from '../ports.js'
import type { BlobFile } from './blob-disk.js'
import { RangeSet } from './ranges.js'

const LINE = /^(\d{1,15})-(\d{1,15}) ([0-9a-f]{12})$/
// Of a gigabyte over the slowest link; who has more was spoiled.
const LONGEST_JOURNAL_BYTES = 16 * 1024 * 1024
const PIECE_BYTES = 64 * 1024

export class PartJournal {
  private constructor(
    private readonly file: BlobFile,
    private readonly digest: string,
    private end: number,
  ) {}

  /** Behind what there is of it. */
  static async open(file: BlobFile, digest: string): Promise<PartJournal> {
    return new PartJournal(file, digest, await file.size())
  }

  /** Durable when it resolves. What it names must have been so before. */
  async append(ranges: readonly ByteRange[]): Promise<void> {
    const lines = ranges.map((range) => journalLine(this.digest, range)).join('')
    // Behind what a cut has left of a line, an empty one.
    const text = Buffer.from(`\n${lines}`)
    await this.file.write(text, this.end)
    this.end += text.length
    await this.file.sync()
  }

  close(): Promise<void> {
    return this.file.close()
  }
}

export function journalLine(digest: string, { first, last }: ByteRange): string {
  return `${first}-${last} ${checkOf(digest, `${first}-${last}`)}\n`
}

/** What a journal says, as far as it can be believed: within a part of so many bytes. */
export async function readJournal(file: BlobFile, digest: string, partBytes: number): Promise<RangeSet> {
  const ranges = new RangeSet()
  if ((await file.size()) > LONGEST_JOURNAL_BYTES) return ranges
  for await (const line of linesOf(file)) {
    const range = parseLine(digest, line)
    if (range) ranges.add({ first: range.first, last: Math.min(range.last, partBytes - 1) })
  }
  return ranges
}

function parseLine(digest: string, line: string): ByteRange | undefined {
  const [, first = '', last = '', check] = LINE.exec(line) ?? []
  if (check === undefined || check !== checkOf(digest, `${first}-${last}`)) return undefined
  return { first: Number(first), last: Number(last) }
}

function checkOf(digest: string, range: string): string {
  return createHash('sha256').update(`${digest} ${range}`).digest('hex').slice(0, 12)
}

/** Without those that are far too long to be one. */
async function* linesOf(file: BlobFile): AsyncGenerator<string> {
  const piece = new Uint8Array(PIECE_BYTES)
  let rest = ''
  for (let position = 0; ;) {
    const bytes = await file.read(piece, position)
    if (bytes === 0) break
    position += bytes
    const lines = (rest + Buffer.from(piece.subarray(0, bytes)).toString('latin1')).split('\n')
    rest = (lines.pop() ?? '').slice(0, PIECE_BYTES)
    yield* lines
  }
  // The last line counts only with its end: without it, it is torn.
}
