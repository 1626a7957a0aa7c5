import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestApi, TestUser } from '../../testing/test-api.js'

export interface GitRun {
  code: number | null
  // Both outputs, as a terminal shows them; without the blanks that git puts behind `remote:` lines.
  output: string
}

export interface RunningGit {
  ended: Promise<GitRun>
  output(): string
  tell(input: string): void
  interrupt(): void
}

/** A repository of a user, with the real git client, whose remote is a fleet. */
export class WorkingCopy {
  private constructor(
    readonly folder: string,
    readonly remote: string,
  ) {}

  static async create(
    api: TestApi,
    fleet: { organization: string; name: string },
    user: Pick<TestUser, 'token'> | undefined,
  ) {
    const folder = await mkdtemp(join(tmpdir(), 'flotilla-copy-'))
    const { host } = new URL(api.url)
    const credentials = user ? `anybody:${user.token}@` : ''
    const copy = new WorkingCopy(folder, `http://${credentials}${host}/git/${fleet.organization}/${fleet.name}.git`)
    await copy.git('init', '--quiet', '--initial-branch=main')
    await copy.git('remote', 'add', 'flotilla', copy.remote)
    // Two pushes at once would fight over the branch that remembers where the remote's is.
    await copy.git('config', '--unset-all', 'remote.flotilla.fetch')
    return copy
  }

  /** Writes files (a text that begins with `→ ` makes a link) and commits them; gives the commit. */
  async commit(files: Record<string, string>, message = 'A change'): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.folder, path)
      await mkdir(dirname(file), { recursive: true })
      await rm(file, { force: true })
      if (text.startsWith('→ ')) await symlink(text.slice(2), file)
      else await writeFile(file, text)
    }
    await this.git('add', '--all')
    await this.git('commit', '--quiet', '--allow-empty', '--message', message)
    return this.head()
  }

  async head(): Promise<string> {
    return (await this.git('rev-parse', 'HEAD')).output.trim()
  }

  push(...args: string[]): Promise<GitRun> {
    return this.start('push', 'flotilla', ...args).ended
  }

  /** Runs git to its end; throws where it fails. */
  async git(...args: string[]): Promise<GitRun> {
    const run = await this.start(...args).ended
    if (run.code !== 0) throw new Error(`git ${args.join(' ')}: ${run.output}`)
    return run
  }

  /** What git prints for what it is told. */
  async gitWithInput(args: string[], input: string): Promise<string> {
    const running = this.start(...args)
    running.tell(input)
    return (await running.ended).output.trim()
  }

  start(...args: string[]): RunningGit {
    // A process group of its own, as in a terminal: Ctrl-C reaches what git started, too.
    const options = { cwd: this.folder, env: ENVIRONMENT, detached: true }
    const child = spawn('git', args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    }
    const text = () => output.replaceAll(/ +$/gm, '')
    const ended = new Promise<GitRun>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, output: text() }))
    })
    // Most commands do not listen.
    child.stdin.on('error', () => undefined)
    const tell = (input: string) => child.stdin.end(input)
    return { ended, output: text, tell, interrupt: () => void process.kill(-(child.pid ?? 0), 'SIGINT') }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}
