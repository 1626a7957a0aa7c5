import { withAbort } from '../abort.js'
import type { Clock } from '../ports.js'

/**
 * How a loop sleeps and is woken. A wake says only "look again", never why; several before the loop looks are one.
 */
export class Wake {
  private isSet = false
  private sleeper?: AbortController

  notify(): void {
    this.isSet = true
    this.sleeper?.abort()
  }

  /** For a loop that is about to look anyway. */
  forget(): void {
    this.isSet = false
  }

  /** Resolves when notified, after `ms`, or when the signal aborts. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    if (!this.isSet) {
      await withAbort(signal, (controller) => {
        this.sleeper = controller
        return clock.sleep(ms, controller.signal)
      })
      this.sleeper = undefined
    }
    this.isSet = false
  }
}
