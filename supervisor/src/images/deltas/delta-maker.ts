import { DeltaError, readDelta, rebuildLayer } from '@flotilla/image-delta'
import { createHash } from 'node:crypto'
import type { SourceImage } from '../ports.js'
import type { LayerMaker } from '../ways.js'
import type { Skeletons } from './skeletons.js'

/** Rebuilds layers from one delta and the image that it is applied to. */
export class DeltaMaker implements LayerMaker {
  private constructor(
    private readonly path: string,
    private readonly source: SourceImage,
    private readonly layers: ReadonlyMap<string, number>,
    private readonly parts: { skeletons: Skeletons; onFailed: (error: unknown) => Promise<void> },
  ) {}

  /** `path`: of the delta, whole. */
  static async open(path: string, source: SourceImage, parts: DeltaMaker['parts']): Promise<DeltaMaker> {
    const { layers } = await readDelta(path)
    return new DeltaMaker(path, source, new Map(layers.map((it) => [it.diffId, it.tarBytes])), parts)
  }

  tarBytes(diffId: string): number | undefined {
    return this.layers.get(diffId)
  }

  /** Each piece is good until the next is asked for; the last is only given once the whole is known to be right. */
  async *make(diffId: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* this.rebuilt(diffId, signal)
    } catch (error) {
      if (!signal.aborted) await this.parts.onFailed(error)
      throw error
    }
  }

  close(): Promise<void> {
    return this.source.close()
  }

  private async *rebuilt(diffId: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const draft = await this.parts.skeletons.begin(diffId)
    const hash = createHash('sha256')
    let left = this.layers.get(diffId) ?? 0
    try {
      for await (const piece of rebuildLayer(this.path, diffId, this.source)) {
        signal.throwIfAborted()
        hash.update(piece)
        await draft?.write(piece)
        left -= piece.length
        if (left < 0 || (left === 0 && `sha256:${hash.digest('hex')}` !== diffId)) break
        if (left === 0) await draft?.keep()
        yield piece
        if (left === 0) return
      }
      throw new DeltaError(`What it makes is not ${diffId}`)
    } finally {
      await draft?.drop()
    }
  }
}
