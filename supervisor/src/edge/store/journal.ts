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

export class Journal<T> {
  constructor(
    readonly path: string,
    private readonly schema: z.ZodType<T>,
    private readonly log: Logger,
  ) {}

  /** All readable records. Where some were not, the file is set aside and a clean one takes its place. */
  async read(): Promise<T[]> {
    const text = await readIfPresent(this.path)
    if (text === undefined || text === '') return []
    const lines = text.split('\n')
    const torn = lines.pop() !== ''
    const parsed = lines.map((line) => this.schema.safeParse(parseJson(line)))
    const records = parsed.flatMap((result) => (result.success ? [result.data] : []))
    if (!torn && records.length === lines.length) return records
    if (records.length < lines.length) {
      const aside = await setAside(this.path)
      this.log.error('stored file unreadable, set aside', { path: this.path, aside, records: records.length })
    }
    // Also after a torn line: the next record must not be glued to it.
    await this.replace(records)
    return records
  }

  /** Durable when it resolves. Returns the bytes written. */
  async append(records: readonly T[]): Promise<number> {
    const text = asLines(records)
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

  async replace(records: readonly T[]): Promise<void> {
    await writeAtomically(this.path, asLines(records))
  }
}

function asLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
