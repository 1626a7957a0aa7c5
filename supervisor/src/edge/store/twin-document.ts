/*
 * A value that must not be lost, in two files: where one cannot be read, the other one is believed and makes it whole.
 */
import type { Document } from '../../ports.js'

export class TwinDocument<T> implements Document<T> {
  constructor(
    private readonly first: Document<T>,
    private readonly second: Document<T>,
  ) {}

  async read(): Promise<T | undefined> {
    // Written first, it is never the older one.
    const [value, copy] = [await this.first.read(), await this.second.read()]
    if (value === undefined && copy !== undefined) await this.mend(this.first, copy)
    if (value !== undefined && copy === undefined) await this.mend(this.second, value)
    return value ?? copy
  }

  async write(value: T): Promise<void> {
    await this.first.write(value)
    await this.second.write(value)
  }
  /** A full disk does not take it now: the next start tries again, and this one has what it needs. */
  private async mend(document: Document<T>, value: T): Promise<void> {
    await document.write(value).catch(() => undefined)
  }
}
