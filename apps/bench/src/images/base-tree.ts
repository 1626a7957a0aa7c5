import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './programs.js'
import type { DebianBase } from './recipe.js'
import { setTimes } from './times.js'

// What Debian's own slim images leave out.
const LEFT_OUT = ['doc/*', 'man/*', 'locale/*', 'info/*', 'groff/*', 'lintian/*', 'linda/*']

// Without it a program that merges /bin into /usr comes along, and all of Perl with it.
const MERGED = ['--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr', '--include=usr-is-merged']

/** The tar of a minimal Debian with the packages as they are today, made once. */
export async function makeBaseTree(debian: DebianBase, cache: string): Promise<string> {
  const file = join(cache, `${debian.sources.join('+').replaceAll(/[ /]/g, '-')}.tar`)
  if (existsSync(file)) return file
  mkdirSync(cache, { recursive: true })
  const sources = join(cache, `${debian.suite}-${process.pid}.list`)
  const lines = debian.sources.map((source) => `deb http://deb.debian.org/${source} main\n`)
  writeFileSync(sources, lines.join(''))
  try {
    const leaveOut = LEFT_OUT.map((pattern) => `--dpkgopt=path-exclude=/usr/share/${pattern}`)
    const unfinished = `${file}.unfinished.tar`
    await run('mmdebstrap', ['--variant=apt', ...MERGED, ...leaveOut, debian.suite, unfinished, sources])
    renameSync(unfinished, file)
    return file
  } finally {
    rmSync(sources)
  }
}

/** The same tree with all times new. */
export async function makeRetimedTree(tree: string, start: string): Promise<string> {
  const file = tree.replace(/\.tar$/, `-${start.slice(0, 10)}.tar`)
  if (existsSync(file)) return file
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-tree-'))
  try {
    await run('tar', ['--extract', '--numeric-owner', '--file', tree, '--directory', folder])
    setTimes(folder, start)
    const unfinished = `${file}.unfinished.tar`
    await run('tar', ['--create', '--numeric-owner', '--sort=name', '--file', unfinished, '--directory', folder, '.'])
    renameSync(unfinished, file)
    return file
  } finally {
    rmSync(folder, { recursive: true })
  }
}
