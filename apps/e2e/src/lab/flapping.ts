import type { DeviceLink } from '@flotilla/dev'
import { setTimeout as sleep } from 'node:timers/promises'

/** Cuts a link again and again, as in a valley behind a bad mast, until it is stopped. */
export class Flapping {
  private readonly stopping = new AbortController()
  private readonly ended: Promise<void>

  constructor(
    private readonly link: DeviceLink,
    private readonly seconds: { every: number; down: number },
  ) {
    this.ended = this.run()
  }

  /** Leaves the link as it was in that moment. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await this.ended
  }

  private async run(): Promise<void> {
    const { every, down } = this.seconds
    while (!this.stopping.signal.aborted) {
      await this.link.cut()
      await this.rest(down)
      await this.link.restore()
      await this.rest(every - down)
    }
  }

  private async rest(seconds: number): Promise<void> {
    await sleep(Math.max(0, seconds) * 1000, undefined, { signal: this.stopping.signal }).catch(() => undefined)
  }
}
