import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { CommandError } from '../command-error.js'
import { EXIT } from '../exit-codes.js'
import { readAll } from '../io.js'

/** git in one folder, with the environment that it runs in. */
export class Git {
  constructor(
    private readonly cwd: string,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  /** What git printed, or undefined where it failed: most questions to git are answered by that. */
  async ask(...args: string[]): Promise<string | undefined> {
    const child = this.start(args, ['ignore', 'pipe', 'ignore'], {})
    const [printed, code] = await Promise.all([child.stdout ? readAll(child.stdout) : '', exitStatus(child)])
    return code === 0 ? printed : undefined
  }

  /** Runs git as the person would: it writes straight to the terminal. Gives its exit status, 128 + n for signal n. */
  async run(args: string[], streams: GitStreams, secrets: Record<string, string> = {}): Promise<number> {
    const child = this.start(args, ['inherit', stdio(streams.stdout), stdio(streams.stderr)], secrets)
    child.stdout?.pipe(streams.stdout, { end: false })
    child.stderr?.pipe(streams.stderr, { end: false })
    return exitStatus(child)
  }

  private start(args: string[], stdio: ('ignore' | 'pipe' | 'inherit' | Writable)[], secrets: Record<string, string>) {
    return spawn('git', args, { cwd: this.cwd, env: { ...this.environment, ...secrets }, stdio })
  }
}

export interface GitStreams {
  stdout: Writable
  stderr: Writable
}

/** A stream with a file of its own is handed over, so that git sees a terminal where there is one. */
function stdio(stream: Writable & { fd?: number }): 'pipe' | Writable {
  return stream.fd === undefined ? 'pipe' : stream
}

function exitStatus(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      const detail = `git could not be started: ${cause.message}.`
      reject(new CommandError('git-missing', EXIT.failure, detail, { cause, hint: 'Install git.' }))
    })
    child.once('close', (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0)))
  })
}

const SIGNAL_NUMBERS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }
