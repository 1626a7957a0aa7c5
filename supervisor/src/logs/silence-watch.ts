import type { TimeSource } from '../ports.js'

const SILENCE_MS = 60_000
// What an engine has when a stream is opened comes without such a pause; what comes after one has just been written.
const PAUSE_MS = 5_000

/**
 * Ends a stream of a log that may be dead: where an engine rotates the log at the moment in which the stream is opened,
 * nothing more may come of it for as long as the container runs. So one that falls silent before it has shown that it
 * lives is opened anew, until one has nothing that the one before did not have.
 */
export class SilenceWatch {
  /** It has been ended: the next one goes on from there. */
  isOver = false
  private heardAt: number
  private hasHeard = false
  private lives = false

  constructor(
    private readonly clock: TimeSource,
    private readonly former?: SilenceWatch,
  ) {
    this.heardAt = clock.monotonic()
  }

  /** A line that had not been read. */
  heard(): void {
    const now = this.clock.monotonic()
    this.lives ||= now - this.heardAt >= PAUSE_MS
    this.hasHeard = true
    this.heardAt = now
  }

  /** Until the controller of the stream is aborted, which it may do itself. */
  async run(controller: AbortController): Promise<void> {
    const { signal } = controller
    while (!signal.aborted && !this.lives) {
      const silentMs = this.clock.monotonic() - this.heardAt
      if (silentMs < SILENCE_MS) {
        await this.clock.sleep(SILENCE_MS - silentMs, signal)
        continue
      }
      if (this.former && !this.hasHeard) return
      this.isOver = true
      controller.abort()
    }
  }
}
