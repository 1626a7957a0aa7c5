/*
 * Small files of /proc, /sys and /etc, below a root: another one in tests, the host's where the supervisor is in a
 * container. Reading them is a matter of microseconds and needs no disk, so it is done at once: a thread for each would
 * cost a small board more.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export class KernelFiles {
  constructor(readonly root: string) {}

  /** Trimmed; undefined where there is none, or where the driver does not answer. */
  text(path: string): string | undefined {
    return orUndefined(() => readFileSync(join(this.root, path), 'utf8').trim())
  }

  /** Undefined also where it is no number. */
  number(path: string): number | undefined {
    const text = this.text(path)
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined
  }

  /** Sorted; empty where there is no such folder. */
  names(folder: string): string[] {
    return orUndefined(() => readdirSync(join(this.root, folder)).sort()) ?? []
  }

  /** Where a symbolic link points, as it says. */
  link(path: string): string | undefined {
    return orUndefined(() => readlinkSync(join(this.root, path)))
  }
}

// ENOENT, ENOTDIR, EIO of a sensor that is asleep, EACCES: all mean that the board does not say.
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
