/*
 * config.txt on the Raspberry Pi's boot partition. That is FAT, which has no journal: the text is written aside and
 * renamed over, the one before stays beside it, and a file that a power cut left empty is replaced by that.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readIfPresent, writeAtomically } from '../store/atomic-file.js'

// Bookworm and later mount the partition here; there, /boot/config.txt only says so.
const PATHS = ['boot/firmware/config.txt', 'boot/config.txt']
const BACKUP = '.flotilla-backup'

export class BootConfig {
  constructor(private readonly root: string) {}

  /** Undefined: this board has none. */
  async read(): Promise<string | undefined> {
    const path = this.path()
    if (path === undefined) return undefined
    const text = await readIfPresent(path)
    if (text !== undefined && !isLost(text)) return text
    const backup = await readIfPresent(path + BACKUP)
    if (backup === undefined || isLost(backup)) return text
    await writeAtomically(path, backup)
    return backup
  }

  async write(text: string): Promise<void> {
    const path = this.path()
    if (path === undefined) throw new Error('There is no config.txt to write')
    const before = await this.read()
    if (before !== undefined && !isLost(before)) await writeAtomically(path + BACKUP, before)
    await writeAtomically(path, text)
  }

  private path(): string | undefined {
    const paths = PATHS.map((path) => join(this.root, path))
    return paths.find((path) => existsSync(path) || existsSync(path + BACKUP))
  }
}

/** Of a file whose blocks never reached the card, FAT shows nothing, or zeros. */
function isLost(text: string): boolean {
  return /^\0*$/.test(text)
}
