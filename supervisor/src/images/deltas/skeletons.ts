import { createHash } from 'node:crypto'
import type { Logger } from '../../ports.js'
import type { EngineImage, SourceFile } from '../ports.js'
import type { SkeletonDraft, SkeletonShelf } from './ports.js'

/**
 * Keeps the skeletons of all layers that are in the engine, as far as they passed by: an image whose skeletons are
 * complete can be read by deltas. One that is missing costs no more than that delta.
 */
export class Skeletons {
  // Of layers that are on their way into the engine: no image has them yet.
  private readonly fresh = new Set<string>()
  private readonly checked = new Set<string>()

  constructor(
    private readonly shelf: SkeletonShelf,
    private readonly log: Logger,
  ) {}

  has(diffId: string): boolean {
    return this.shelf.has(diffId)
  }

  open(diffId: string): Promise<SourceFile> {
    return this.shelf.open(diffId)
  }

  /** Takes away those of these layers that a bad card has spoiled since. Each is read once in a life of the process. */
  async check(diffIds: readonly string[]): Promise<void> {
    for (const diffId of new Set(diffIds)) {
      if (this.checked.has(diffId) || !this.shelf.has(diffId)) continue
      if (await this.shelf.isIntact(diffId)) {
        this.checked.add(diffId)
      } else {
        this.log.warn('spoiled skeleton removed', { diffId })
        await this.shelf.remove(diffId)
      }
    }
  }

  /** Undefined: it is kept already, or cannot be. What goes wrong with it later is not the caller's matter either. */
  async begin(diffId: string): Promise<SkeletonDraft | undefined> {
    if (this.shelf.has(diffId)) return undefined
    try {
      return new CarefreeDraft(await this.shelf.begin(diffId), () => this.fresh.add(diffId), this.log)
    } catch (error) {
      this.log.warn('skeleton not kept', { diffId, error })
      return undefined
    }
  }

  /** Of a layer whose tar is at hand. Rejects where that is not the layer. */
  async take(diffId: string, tar: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
    const draft = await this.begin(diffId)
    if (!draft) return
    const hash = createHash('sha256')
    try {
      for await (const chunk of tar) {
        signal.throwIfAborted()
        hash.update(chunk)
        await draft.write(chunk)
      }
      if (`sha256:${hash.digest('hex')}` !== diffId) throw new Error(`Its content is not ${diffId}`)
      await draft.keep()
    } finally {
      await draft.drop()
    }
  }

  /** `images`: all that are in the engine. */
  async tidy(images: readonly EngineImage[]): Promise<void> {
    const present = new Set(images.flatMap(({ diffIds }) => diffIds))
    for (const diffId of present) this.fresh.delete(diffId)
    for (const diffId of this.shelf.list()) {
      if (!present.has(diffId) && !this.fresh.has(diffId)) await this.shelf.remove(diffId)
    }
  }
}

/** A full disk costs a later delta, and nothing that is under way now. */
class CarefreeDraft implements SkeletonDraft {
  private isBroken = false

  constructor(
    private readonly draft: SkeletonDraft,
    private readonly onKept: () => void,
    private readonly log: Logger,
  ) {}

  async write(tar: Buffer): Promise<void> {
    await this.attempt(() => this.draft.write(tar))
  }

  async keep(): Promise<void> {
    // Before it is on the shelf, where somebody may be tidying.
    this.onKept()
    await this.attempt(() => this.draft.keep())
  }

  async drop(): Promise<void> {
    await this.draft.drop().catch((error: unknown) => this.log.warn('skeleton not removed', { error }))
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    if (this.isBroken) return
    try {
      await step()
    } catch (error) {
      this.isBroken = true
      this.log.warn('skeleton not kept', { error })
    }
  }
}
