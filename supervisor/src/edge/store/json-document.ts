/*
 * One JSON value per file, checked against its schema when read. Whatever a power cut, a full disk or a bad card left
 * there, the supervisor starts: an unreadable value is set aside, logged, and counts as absent.
 */
import type { z } from 'zod'
import { parseJson } from '../../parse-json.js'
import type { Document, Logger } from '../../ports.js'
import { readIfPresent, setAside, writeAtomically } from './atomic-file.js'
import type { Reserve } from './reserve.js'

export class JsonDocument<T> implements Document<T> {
  // Writes of one file take turns: two at once would share the file that is renamed.
  private lastWrite: Promise<void> = Promise.resolve()

  constructor(
    private readonly path: string,
    private readonly schema: z.ZodType<T>,
    private readonly log: Logger,
    private readonly reserve: Reserve,
  ) {}

  async read(): Promise<T | undefined> {
    const text = await readIfPresent(this.path).catch((error: unknown) => this.tellUnreadable(error))
    if (text === undefined) return undefined
    const parsed = this.schema.safeParse(parseJson(text))
    if (parsed.success) return parsed.data
    try {
      const aside = await setAside(this.path)
      this.log.error('stored file unreadable, set aside', { path: this.path, aside, bytes: text.length })
    } catch (error) {
      // A disk that can only be read, say: it stays where it is, and counts as absent all the same.
      this.log.error('stored file unreadable, not set aside', { path: this.path, error })
    }
    return undefined
  }

  /** A bad card, say: as good as empty, and set aside as that. */
  private tellUnreadable(error: unknown): string {
    this.log.error('stored file not readable', { path: this.path, error })
    return ''
  }

  write(value: T): Promise<void> {
    const text = `${JSON.stringify(value)}\n`
    const write = this.lastWrite.then(() => this.reserve.spend(() => writeAtomically(this.path, text)))
    // A failed write is its caller's to handle; the next one may well succeed.
    this.lastWrite = write.catch(() => undefined)
    return write
  }

  /** Resolves when all that was given to be written has been, or has failed. */
  async atRest(): Promise<void> {
    await this.lastWrite
  }
}
