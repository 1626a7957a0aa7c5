/*
 * A file of JSON lines that only grows, until it is replaced whole. A power cut may tear its last line; that one was
 * never promised to be there. It knows nothing of what the records mean.
 */
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { parseJson } from '../../parse-json.js'
import type { Logger } from '../../ports.js'
import { readIfPresent, setAside, syncFolder, writeAtomically } from './atomic-file.js'
import type { Reserve } from './reserve.js'

export class Journal<T> {
  constructor(
    readonly path: string,
    private readonly schema: z.ZodType<T>,
    private readonly log: Logger,
    // Absent: what it holds is not worth it.
    private readonly reserve?: Reserve,
  ) {}

  /**
   * All readable records. Where some were not, the file is set aside and a clean one takes its place; on a disk that
   * does not take that either, what can be read is given all the same.
   */
  async read(): Promise<T[]> {
    const text = await readIfPresent(this.path)
    if (text === undefined || text === '') return []
    const lines = text.split('\n')
    const isTorn = lines.pop() !== ''
    const parsed = lines.map((line) => this.schema.safeParse(parseJson(line)))
    const records = parsed.flatMap((result) => (result.success ? [result.data] : []))
    try {
      if (records.length < lines.length) await this.startAnew(records)
      else if (isTorn) await this.cutOffTorn()
    } catch (error) {
      this.log.error('stored file not mended', { path: this.path, error })
    }
    return records
  }

  /** Durable when it resolves. Returns the bytes written. */
  append(records: readonly T[]): Promise<number> {
    return this.write(() => this.appendText(asLines(records)))
  }

  async replace(records: readonly T[]): Promise<void> {
    await this.write(() => writeAtomically(this.path, asLines(records)))
  }

  private write<R>(act: () => Promise<R>): Promise<R> {
    return this.reserve ? this.reserve.spend(act) : act()
  }

  private async appendText(text: string): Promise<number> {
    const file = await open(this.path, 'a', 0o600)
    try {
      const { size } = await file.stat()
      // On a full disk half a record may be written; the next one must not be glued to it.
      await file.appendFile(text).catch(async (cause: unknown) => {
        await file.truncate(size)
        throw new Error(`Could not write ${this.path}`, { cause })
      })
      await file.datasync()
      if (size === 0) await syncFolder(dirname(this.path))
    } finally {
      await file.close()
    }
    return Buffer.byteLength(text)
  }

  private async startAnew(records: readonly T[]): Promise<void> {
    const aside = await setAside(this.path)
    this.log.error('stored file unreadable, set aside', { path: this.path, aside, records: records.length })
    await this.replace(records)
  }

  /** The next record must not be glued to what a cut left of one. It needs no room, which a full disk would not have. */
  private async cutOffTorn(): Promise<void> {
    const file = await open(this.path, 'r+')
    try {
      await file.truncate((await file.readFile()).lastIndexOf('\n') + 1)
      await file.datasync()
    } finally {
      await file.close()
    }
  }
}

function asLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
