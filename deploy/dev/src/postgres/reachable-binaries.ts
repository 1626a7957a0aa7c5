import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { canReach, type RunAs } from '../processes/credentials.js'
import type { PostgresBinaries } from './binaries.js'

/** Belongs to root, and everybody can read it. */
const CACHE = '/var/cache/flotilla'

/**
 * The programs in a place that their user can reach. Data below an unreachable folder (a project of root's) is opened
 * with a capability, but initdb looks for postgres with access(2), which knows none: the programs are copied.
 */
export function reachableBinaries(binaries: PostgresBinaries, user: RunAs | undefined): PostgresBinaries {
  if (!user || canReach(binaries.folder, user)) return binaries
  const copy = join(CACHE, `postgres-${binaries.version}`)
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`
    mkdirSync(unfinished, { recursive: true, mode: 0o755 })
    cpSync(dirname(binaries.folder), unfinished, { recursive: true, verbatimSymlinks: true })
    rename(unfinished, copy)
  }
  return { ...binaries, folder: join(copy, 'bin') }
}

// Another run may have been faster: both copies are the same.
function rename(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    rmSync(from, { recursive: true, force: true })
    if (!existsSync(to)) throw error
  }
}
