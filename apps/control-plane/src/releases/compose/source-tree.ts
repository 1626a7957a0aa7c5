import { posix } from 'node:path'

export type EntryKind = 'file' | 'folder' | 'link' | 'submodule'

/** The files of a commit, by their paths from its root. */
export interface SourceTree {
  readonly entries: ReadonlyMap<string, EntryKind>
  // Where the links point.
  readonly links: ReadonlyMap<string, string>
  /** The text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>
}

// Links may lead to links, even in a ring.
const MAX_LINKS = 20

/** The file or folder that a path leads to, through links; undefined where it leads to nothing in the tree. */
export function follow(tree: SourceTree, path: string): string | undefined {
  let plain = posix.normalize(path)
  for (let count = 0; count < MAX_LINKS; count++) {
    const target = tree.links.get(plain)
    if (target === undefined) return plain === '.' || tree.entries.has(plain) ? plain : undefined
    plain = posix.join(posix.dirname(plain), target)
  }
  return undefined
}

/** What a path leads to; '.' is the root. */
export function kindAt(tree: SourceTree, path: string): EntryKind | undefined {
  const plain = follow(tree, path)
  return plain === '.' ? 'folder' : tree.entries.get(plain ?? '')
}

/** Links of the tree that point to somewhere outside of it. */
export function escapingLinks({ links }: SourceTree): { path: string; target: string }[] {
  // An absolute link means a place in the image, where it will be followed; nothing follows it here.
  return [...links]
    .filter(([path, target]) => !target.startsWith('/') && leavesTree(path, target))
    .map(([path, target]) => ({ path, target }))
}

/** Whether a relative link at `path` leads above the tree's root. */
function leavesTree(path: string, target: string): boolean {
  const end = posix.join(posix.dirname(path), target)
  return end === '..' || end.startsWith('../')
}
