import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
}

/** A git repository of a person, on branch main. */
export class Repository {
  readonly folder = mkdtempSync(join(tmpdir(), 'flotilla-repository-'))

  constructor() {
    this.git('init', '-q', '-b', 'main')
  }

  /** Writes the files, commits everything and gives the commit's id. */
  commit(files: Record<string, string>, message = 'A change'): string {
    this.write(files)
    this.git('add', '--all')
    this.git('commit', '-q', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true })
      writeFileSync(join(this.folder, name), text)
    }
  }

  git(...args: string[]): string {
    const env = { PATH: process.env.PATH, HOME: this.folder, ...IDENTITY }
    return execFileSync('git', args, { cwd: this.folder, env, encoding: 'utf8', stdio: 'pipe' }).trim()
  }

  get config(): string {
    return readFileSync(join(this.folder, '.git', 'config'), 'utf8')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A folder for PATH with a git that writes down its arguments and then is git. */
export function recordingGit(folder: string): { path: string; arguments: () => string } {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const log = join(folder, 'git-arguments.log')
  const program = join(folder, 'bin', 'git')
  mkdirSync(dirname(program), { recursive: true })
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\nexec '${real}' "$@"\n`)
  chmodSync(program, 0o755)
  return {
    path: `${dirname(program)}:${process.env.PATH ?? ''}`,
    arguments: () => readFileSync(log, 'utf8'),
  }
}
