import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type CommandResult, runCommand } from './command.js'

/** A person's clone, with the real git. */
export interface Repository {
  folder: string
  /** Writes files, commits them and gives the commit. */
  commit(files: Record<string, string>, message?: string): Promise<string>
  git(...args: string[]): Promise<CommandResult>
  remove(): void
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  // Neither a prompt nor somebody's own configuration.
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
}

export async function createRepository(): Promise<Repository> {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-e2e-app-'))
  const git = (...args: string[]) => runCommand('git', args, { cwd: folder, env: IDENTITY })
  await git('init', '--quiet', '--initial-branch', 'main')
  return {
    folder,
    git,
    commit: async (files, message = 'change') => {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), content)
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--message', message)
      return (await git('rev-parse', 'HEAD')).output.trim()
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The result of a push that must succeed; what the terminal showed is in the error where it did not. */
export function mustSucceed(result: CommandResult): CommandResult {
  if (result.code !== 0) throw new Error(`It ended with ${result.code}:\n${result.output}`)
  return result
}
