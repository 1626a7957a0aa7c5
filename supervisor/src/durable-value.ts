import { Listeners } from './listeners.js'
import type { Document } from './ports.js'

/**
 * A value in memory and on disk, changed in turn: each change sees the one before, and nobody sees it before it is
 * durable. So what was acted upon is never what a power cut takes back.
 */
export class DurableValue<T> {
  readonly changed = new Listeners()
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly document: Document<T>,
    // What holds where nothing is on disk, or nothing that can be read.
    private current: T,
  ) {}

  get value(): T {
    return this.current
  }

  async load(): Promise<void> {
    this.current = (await this.document.read()) ?? this.current
  }

  /** `change` is pure: what it gives is written, and shown once it is on disk. Equal values cost no write. */
  update(change: (value: T) => T): Promise<void> {
    const result = this.queue.then(() => this.replace(change(this.current)))
    this.queue = result.catch(() => undefined)
    return result
  }

  private async replace(next: T): Promise<void> {
    if (next === this.current || JSON.stringify(next) === JSON.stringify(this.current)) return
    await this.document.write(next)
    this.current = next
    this.changed.notify()
  }
}
