import { describe, expect, it } from '@jest/globals'
import { digestOf } from '../testing/fake-image-registry.js'
import { MadeLayer, Turns, WrongLayer } from './made-layer.js'

const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251))

async function* inPieces(content: Buffer, pieceBytes = 300): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  // One piece of memory for all of them, as makers may do it.
  const piece = Buffer.alloc(pieceBytes)
  for (let at = 0; at < content.length; at += pieceBytes) {
    const bytes = content.copy(piece, 0, at, at + pieceBytes)
    yield piece.subarray(0, bytes)
  }
}

describe('a layer that is made', () => {
  const layerOf = (made: Buffer) => new MadeLayer(digestOf(CONTENT), CONTENT.length, () => inPieces(made))
  /** What was given before it ended or failed. */
  async function given(layer: MadeLayer, range = { first: 0, last: CONTENT.length - 1 }) {
    const pieces: Uint8Array[] = []
    let error: unknown
    try {
      for await (const piece of layer.read(range)) pieces.push(Uint8Array.from(piece))
    } catch (cause) {
      error = cause
    }
    return { bytes: Buffer.concat(pieces), error }
  }

  it('is given as it is made', async () => {
    expect(await given(layerOf(CONTENT))).toEqual({ bytes: CONTENT, error: undefined })
  })

  it('is given from the byte on that is asked for, and all of it is checked', async () => {
    const range = { first: 450, last: 999 }
    expect((await given(layerOf(CONTENT), range)).bytes).toEqual(CONTENT.subarray(450))
    const wrong = Buffer.concat([Buffer.from('?'), CONTENT.subarray(1)])
    expect((await given(layerOf(wrong), range)).error).toBeInstanceOf(WrongLayer)
  })

  it.each([
    ['its last byte is another', Buffer.concat([CONTENT.subarray(0, -1), Buffer.from('?')])],
    ['its first byte is another', Buffer.concat([Buffer.from('?'), CONTENT.subarray(1)])],
    ['it ends too early', CONTENT.subarray(0, 700)],
    ['it goes on for too long', Buffer.concat([CONTENT, CONTENT])],
    ['there is nothing of it', Buffer.alloc(0)],
  ])('is never given whole where %s', async (_what, made) => {
    const { bytes, error } = await given(layerOf(made))
    expect(error).toBeInstanceOf(WrongLayer)
    expect(bytes.length).toBeLessThan(CONTENT.length)
  })

  it('waits until the one before has been read, or nobody reads it any more', async () => {
    const turns = new Turns()
    const order: string[] = []
    const makeOne = (name: string) =>
      turns.inTurn(() => {
        order.push(name)
        return inPieces(CONTENT)
      })
    const [first, second] = [makeOne('first'), makeOne('second')]
    await first.next()
    const waiting = second.next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(order).toEqual(['first'])
    await first.return(undefined)
    await waiting
    expect(order).toEqual(['first', 'second'])
    await second.return(undefined)
  })
})
