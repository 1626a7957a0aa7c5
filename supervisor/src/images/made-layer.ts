import { createHash } from 'node:crypto'
import type { ServedBlob } from './local-registry.js'
import type { ByteRange } from './ports.js'
import type { LayerMaker } from './ways.js'

/** What was made is not the layer that it should be. */
export class WrongLayer extends Error {
  override name = 'WrongLayer'
}

/** A layer as it is made: streamed on, never stored, and its last bytes held back until all of it was right. */
export class MadeLayer implements ServedBlob {
  constructor(
    private readonly diffId: string,
    readonly sizeBytes: number,
    private readonly make: () => ReturnType<LayerMaker['make']>,
  ) {}

  async *read(range: ByteRange): AsyncGenerator<Uint8Array> {
    let position = 0
    for await (const piece of this.checked()) {
      const [first, last] = [Math.max(0, range.first - position), range.last - position]
      position += piece.length
      if (last >= 0 && first < piece.length) yield piece.subarray(first, last + 1)
    }
  }

  private async *checked(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    let bytes = 0
    const memory = new TwoBuffers()
    let held: Uint8Array | undefined
    for await (const piece of this.make()) {
      if (piece.length === 0) continue
      bytes += piece.length
      if (bytes > this.sizeBytes) break
      hash.update(piece)
      if (held) yield held
      held = memory.keep(piece)
    }
    const found = `sha256:${hash.digest('hex')}`
    if (bytes !== this.sizeBytes || found !== this.diffId) {
      throw new WrongLayer(
        `What was made is ${bytes} bytes of ${found}, and should be ${this.sizeBytes} of ${this.diffId}`,
      )
    }
    if (held) yield held
  }
}

/** Keeps a copy of a piece while another is being read, without new memory for each. */
class TwoBuffers {
  private former = Buffer.alloc(0)
  private latter = Buffer.alloc(0)

  /** Good until the call after the next one. */
  keep(piece: Uint8Array): Uint8Array {
    const free = this.former.length < piece.length ? Buffer.allocUnsafeSlow(piece.length) : this.former
    this.former = this.latter
    this.latter = free
    free.set(piece)
    return free.subarray(0, piece.length)
  }
}

/** One at a time: making a layer takes memory. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve()

  async *inTurn<T>(make: () => AsyncIterable<T>): AsyncGenerator<T> {
    const before = this.last
    let done: () => void = () => undefined
    this.last = new Promise<void>((resolve) => (done = resolve))
    try {
      await before
      yield* make()
    } finally {
      done()
    }
  }
}
