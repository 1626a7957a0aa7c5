import { describe, expect, it } from '@jest/globals'
import { SNAPSHOT_PIECE_BYTES, SNAPSHOT_SEAL_BYTES } from '@flotilla/contracts'
import { randomBytes } from 'node:crypto'
import { seal, unseal } from './seal.js'

const KEY = randomBytes(32)
const SEALED_PIECE = SNAPSHOT_PIECE_BYTES + SNAPSHOT_SEAL_BYTES

async function* inChunks(bytes: Buffer, size = 100_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve()
    yield bytes.subarray(at, at + size)
  }
}

async function sealed(bytes: Buffer, chunkSize?: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of seal(inChunks(bytes, chunkSize), KEY)) pieces.push(Buffer.from(piece.bytes))
  return Buffer.concat(pieces)
}

async function opened(bytes: Buffer, key = KEY): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of unseal(inChunks(bytes), key)) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe('a sealed snapshot', () => {
  it.each([0, 1, SNAPSHOT_PIECE_BYTES - 1, SNAPSHOT_PIECE_BYTES, SNAPSHOT_PIECE_BYTES + 1, 3 * SNAPSHOT_PIECE_BYTES])(
    'of %i bytes is opened with its key',
    async (length) => {
      const bytes = randomBytes(length)
      const text = await sealed(bytes)
      expect(text.length).toBe(length + SNAPSHOT_SEAL_BYTES * Math.max(1, Math.ceil(length / SNAPSHOT_PIECE_BYTES)))
      expect((await opened(text)).equals(bytes)).toBe(true)
      await expect(opened(text, randomBytes(32))).rejects.toThrow()
    },
  )

  it('is the same text each time, however the bytes come', async () => {
    const bytes = randomBytes(2_500_000)
    expect((await sealed(bytes, 7)).equals(await sealed(bytes, 5_000_000))).toBe(true)
  })

  it('is not opened when it was changed, reordered or cut off', async () => {
    const text = await sealed(randomBytes(2 * SNAPSHOT_PIECE_BYTES + 5))
    const [first, second, third] = [0, 1, 2].map((n) => text.subarray(n * SEALED_PIECE, (n + 1) * SEALED_PIECE))
    const changed = Buffer.from(text)
    changed[SEALED_PIECE + 100]! ^= 1
    for (const spoilt of [
      changed,
      Buffer.concat([second!, first!, third!]),
      Buffer.concat([first!, second!]),
      first!,
    ]) {
      await expect(opened(spoilt)).rejects.toThrow()
    }
  })
})
