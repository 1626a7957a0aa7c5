// Asking nx whether everything is built takes seconds; this takes a moment. A stamp names the sources that were built
// and what came of it, so that a build by hand in between, or a deleted folder, is noticed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runSilently } from './run.mjs'
import { workspaces } from './workspaces.mjs'

/** Of the sources as they are, and of what was built; undefined where that cannot be told (no git checkout). */
export async function buildStamp(project) {
  const sources = await sourcesHash(project)
  if (!sources) return undefined
  const built = workspaces().map(({ folder }) => [folder, modified(join(project, folder, 'dist'))])
  return JSON.stringify({ node: process.version, sources, built })
}

export function isBuilt(project, stamp) {
  const file = stampFile(project)
  return stamp !== undefined && existsSync(file) && readFileSync(file, 'utf8') === stamp
}

export function keepStamp(project, stamp) {
  if (stamp === undefined) return
  mkdirSync(dirname(stampFile(project)), { recursive: true })
  writeFileSync(stampFile(project), stamp)
}

async function sourcesHash(project) {
  const git = (...args) => runSilently('git', ['-C', project, ...args])
  const [head, changes, untracked] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('diff', 'HEAD', '--no-ext-diff', '--binary'),
    git('ls-files', '--others', '--exclude-standard'),
  ])
  if ([head, changes, untracked].some(({ code }) => code !== 0)) return undefined
  const added = untracked.output.split('\n').filter(Boolean)
  const hash = createHash('sha256').update(head.output).update(changes.output)
  for (const file of added) hash.update(`${file} ${modified(join(project, file))}\n`)
  return hash.digest('hex')
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}

function stampFile(project) {
  return join(project, 'node_modules/.cache/flotilla/built')
}
