import type { Readable } from 'node:stream'
import type { EntryKind, SourceTree } from '../releases/index.js'
import { git, GitError, type GitOptions, gitStream } from './git-program.js'

export interface CommitFacts {
  id: string
  author: string
  // Absent: it names none that makes sense.
  committedAt?: Date
  // The first line of its message.
  subject: string
}

/** What kind of object it is; undefined where there is none. */
export async function objectType(options: GitOptions, id: string): Promise<string | undefined> {
  return orAbsent(git(['cat-file', '-t', id], options))
}

/** The commit that a tag, or anything else, leads to. */
export async function peelToCommit(options: GitOptions, id: string): Promise<string | undefined> {
  return orAbsent(git(['rev-parse', '--quiet', '--verify', `${id}^{commit}`], options))
}

/** From the object itself: `git log` would look for the parents, which a shallow clone does not push. */
export async function commitFacts(options: GitOptions, id: string): Promise<CommitFacts> {
  const text = (await git(['cat-file', 'commit', id], options)).toString()
  const end = text.indexOf('\n\n')
  const header = text.slice(0, end + 1)
  const [, author = ''] = /^author (.*) \d+ [+-]\d+$/m.exec(header) ?? []
  const [, seconds] = /^committer .* (\d{1,10}) [+-]\d+$/m.exec(header) ?? []
  const subject =
    text
      .slice(end + 2)
      .trimStart()
      .split('\n', 1)[0] ?? ''
  const committed = seconds !== undefined && { committedAt: new Date(Number(seconds) * 1000) }
  return { id, author: author.slice(0, 200), ...committed, subject: subject.slice(0, 500) }
}

export async function resolveRef(options: GitOptions, ref: string): Promise<string | undefined> {
  return orAbsent(git(['rev-parse', '--quiet', '--verify', ref], options))
}

/** Moves a ref, or makes it. */
export async function updateRef(options: GitOptions, ref: string, to: string): Promise<void> {
  await git(['update-ref', ref, to], options)
}

export async function deleteRef(options: GitOptions, ref: string): Promise<void> {
  await git(['update-ref', '-d', ref], options)
}

export async function isAncestor(options: GitOptions, ancestor: string, descendant: string): Promise<boolean> {
  try {
    await git(['merge-base', '--is-ancestor', ancestor, descendant], options)
    return true
  } catch (error) {
    // 1: it is none; 128: one of them is not here any more, which is as good.
    if (error instanceof GitError) return false
    throw error
  }
}

/** The names of the tags on a commit, the highest version first. */
export async function tagsAt(options: GitOptions, commit: string): Promise<string[]> {
  const text = await git(['tag', '--points-at', commit, '--sort=-version:refname'], options)
  return text.toString().split('\n').filter(Boolean)
}

/** The tree as tar.gz, with the commit's time on every file: equal content makes equal layers. */
export function archive(options: GitOptions, commit: string): Readable {
  return gitStream(['archive', '--format=tar.gz', '-1', commit], options)
}

const KINDS: Record<string, EntryKind> = { '040000': 'folder', '120000': 'link', '160000': 'submodule' }

export async function readTree(options: GitOptions, commit: string): Promise<SourceTree> {
  const listing = (await git(['ls-tree', '-r', '-t', '-z', commit], options)).toString()
  const entries = new Map<string, EntryKind>()
  const linkObjects: [string, string][] = []
  for (const line of listing.split('\0').filter(Boolean)) {
    // <mode> <type> <object>\t<path>
    const at = line.indexOf('\t')
    const [mode = '', , object = ''] = line.slice(0, at).split(' ')
    const path = line.slice(at + 1)
    entries.set(path, KINDS[mode] ?? 'file')
    if (entries.get(path) === 'link') linkObjects.push([path, object])
  }
  const links = new Map(await readLinks(options, linkObjects))
  return { entries, links, read: (path) => readBlob(options, commit, entries.has(path) ? path : undefined) }
}

/** All in one go: a tree may have thousands. */
async function readLinks(options: GitOptions, links: [string, string][]): Promise<[string, string][]> {
  if (links.length === 0) return []
  const input = links.map(([, object]) => `${object}\n`).join('')
  const output = await git(['cat-file', '--batch'], { ...options, input })
  let at = 0
  return links.map(([path]) => {
    // <object> blob <size>\n<content>\n
    const start = output.indexOf('\n', at) + 1
    const size = Number(output.subarray(at, start).toString().trim().split(' ')[2])
    at = start + size + 1
    return [path, output.subarray(start, start + size).toString()]
  })
}

async function readBlob(options: GitOptions, commit: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  return (await git(['cat-file', 'blob', `${commit}:${path}`], options)).toString()
}

async function orAbsent(output: Promise<Buffer>): Promise<string | undefined> {
  try {
    return (await output).toString().trim()
  } catch (error) {
    if (error instanceof GitError) return undefined
    throw error
  }
}
