import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { DeltaError } from './delta-error.js'
import { LARGEST_WINDOW, SectionReader } from './section-reader.js'

const packed = (bytes: Buffer) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_LGWIN]: LARGEST_WINDOW } })

describe('a section of a delta', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fsection-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function readAll(sections: Buffer[]): Promise<Buffer> {
    const path = join(folder, 'delta')
    await writeFile(path, Buffer.concat(sections))
    const file = await open(path)
    const lengths = sections.map(({ length }) => length)
    const reader = new SectionReader(file, 0, lengths)
    const pieces: Buffer[] = []
    const piece = Buffer.alloc(1000)
    try {
      for (;;) {
        const count = reader.take(piece, 0, piece.length)
        if (count === 0) await reader.load()
        pieces.push(Buffer.from(piece.subarray(0, count)))
      }
    } catch (error) {
      if (!(error instanceof DeltaError) || !error.message.includes('ends too early')) throw error
      return Buffer.concat(pieces)
    } finally {
      reader.close()
      await file.close()
    }
  }

  it('is read to its end, and the next one after it', async () => {
    const plain = [randomBytes(100_000), Buffer.from('short')]
    const read = await readAll(plain.map(packed))
    expect(read.equals(Buffer.concat(plain))).toBe(true)
  })

  it.each([10, 100_000])('is refused where %i bytes follow what was compressed', async (rest) => {
    const section = Buffer.concat([packed(Buffer.from('short')), Buffer.alloc(rest)])
    await expect(readAll([section])).rejects.toThrow('longer than it says')
  })

  it('is refused where it is cut off', async () => {
    const section = packed(randomBytes(100_000)).subarray(0, 50_000)
    await expect(readAll([section])).rejects.toThrow(DeltaError)
  })
})
