import { withAbort } from '../../abort.js'
import { SourceError } from './source-error.js'

// Each holds a connection.
const MOST = 3

export interface RangeReading {
  signal: AbortSignal
  /** It has become silent; true: it may wait for the link, while others are read. */
  letWait: () => boolean
}

/**
 * Ranges that fell silent in their middle. What the kernel holds behind a gap is lost with a connection; but where only
 * the link was gone for a while, TCP fills the gap once it is back.
 */
export class SilentRanges {
  private readonly waiting = new Map<AbortController, Promise<void>>()
  private failure?: Error

  /** Resolves at the end of `read`, or when that waits in silence. */
  async run(parent: AbortSignal, read: (reading: RangeReading) => Promise<void>): Promise<void> {
    let leave = () => {}
    const silent = new Promise<void>((resolve) => (leave = resolve))
    const ended: Promise<void> = withAbort(parent, async (controller) => {
      const letWait = () => {
        if (this.waiting.size >= MOST) return false
        this.waiting.set(controller, ended)
        leave()
        return true
      }
      try {
        await read({ signal: controller.signal, letWait })
      } catch (error) {
        // Nobody listens to it any more.
        if (!this.waiting.has(controller)) throw error
        this.failure ??= error as Error
      } finally {
        this.waiting.delete(controller)
      }
    })
    await Promise.race([ended, silent])
  }

  /** Ends those that are still silent: nothing else is left to be read. Rejects where one came to worse than silence. */
  async recall(): Promise<void> {
    const waiting = [...this.waiting]
    for (const [controller] of waiting) controller.abort(new SourceError('It was silent until all else had come'))
    await Promise.all(waiting.map(([, ended]) => ended))
    if (this.failure) throw this.failure
  }
}
