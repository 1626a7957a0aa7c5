import { posix } from 'node:path'

export type EntryKind = 'file' | 'folder' | 'link' | 'submodule'

/** The files of a commit, by their paths from its root. */
export interface SourceTree {
  readonly entries: ReadonlyMap<string, EntryKind>
  /** The text of a file; undefined where there is none. Of a link, where it points. */
  read(path: string): Promise<string | undefined>
}

/** What is at a path; '.' is the root. */
export function kindAt(tree: SourceTree, path: string): EntryKind | undefined {
  const plain = posix.normalize(path)
  return plain === '.' ? 'folder' : tree.entries.get(plain)
}

/** Links of the tree that point to somewhere outside of it: `path → target`. */
export async function escapingLinks(tree: SourceTree): Promise<{ path: string; target: string }[]> {
  const links = [...tree.entries].filter(([, kind]) => kind === 'link')
  const found = await Promise.all(links.map(async ([path]) => ({ path, target: (await tree.read(path)) ?? '' })))
  // An absolute link means a place in the image, where it will be followed; nothing follows it here.
  return found.filter(({ path, target }) => !target.startsWith('/') && leavesTree(path, target))
}

/** Whether a relative link at `path` leads above the tree's root. */
export function leavesTree(path: string, target: string): boolean {
  const end = posix.join(posix.dirname(path), target)
  return end === '..' || end.startsWith('../')
}
