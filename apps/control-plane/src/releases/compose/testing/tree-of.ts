import { posix } from 'node:path'
import type { EntryKind, SourceTree } from '../source-tree.js'

/** A tree out of texts by path; a text that begins with `→ ` makes a link. */
export function treeOf(files: Record<string, string>): SourceTree {
  const entries = new Map<string, EntryKind>()
  for (const [path, text] of Object.entries(files)) {
    entries.set(path, text.startsWith('→ ') ? 'link' : 'file')
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) entries.set(folder, 'folder')
  }
  const links = Object.entries(files).filter(([, text]) => text.startsWith('→ '))
  return {
    entries,
    links: new Map(links.map(([path, text]) => [path, text.slice(2)])),
    read: (path) => Promise.resolve(files[path]),
  }
}
