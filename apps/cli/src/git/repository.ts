import { usageError } from '../command-error.js'
import type { Git } from './git.js'

export const REMOTE = 'flotilla'

/** What a push has to know of the person's repository. */
export interface Repository {
  root: string
  /** Of the remote called `flotilla`. */
  remoteUrl?: string
  /** undefined: HEAD is on no branch. */
  branch?: string
  /** undefined: there is no commit yet. */
  commit?: string
  /** Files that differ from the commit, or that git does not know. */
  uncommitted: number
}

export async function readRepository(git: Git): Promise<Repository> {
  const root = await git.ask('rev-parse', '--show-toplevel')
  if (root === undefined) {
    throw usageError('This is not a git repository.', 'Go to one, or make one: git init && git add . && git commit')
  }
  const [remoteUrl, branch, commit, status] = await Promise.all([
    git.ask('remote', 'get-url', REMOTE),
    git.ask('symbolic-ref', '--quiet', '--short', 'HEAD'),
    git.ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}'),
    git.ask('status', '--porcelain'),
  ])
  return { root, remoteUrl, branch, commit, uncommitted: status ? status.split('\n').length : 0 }
}
