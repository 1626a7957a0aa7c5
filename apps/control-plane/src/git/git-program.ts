import { execFile, spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { childEnvironment } from '../config/child-environment.js'

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

export interface GitOptions {
  // Folder of a bare repository.
  repository: string
  // More environment: the quarantine of a push under way.
  environment?: Record<string, string>
  input?: string
}

/** A git command that ended with another code than 0. */
export class GitError extends Error {
  constructor(
    readonly command: string,
    readonly exitCode: number | undefined,
    readonly errorOutput: string,
  ) {
    super(`git ${command} ended with ${exitCode ?? 'a signal'}: ${errorOutput.slice(0, 2000)}`)
  }
}

/** Neither the machine's nor a user's configuration has a say in what the server does. */
export function gitEnvironment(settings: readonly (readonly [string, string])[] = []): Record<string, string> {
  // The data folder may belong to another user than the one that runs us.
  const all = [['safe.directory', '*'] as const, ...settings]
  const counted = all.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return {
    ...childEnvironment(),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(counted),
  }
}

/** Runs git to its end and gives what it printed. Throws GitError. */
export function git(args: readonly string[], { repository, environment, input }: GitOptions): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    const child = execFile(
      'git',
      [`--git-dir=${repository}`, ...args],
      { env: { ...gitEnvironment(), ...environment }, encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout, stderr) => {
        const { code } = error ?? {}
        if (!error) resolve(stdout)
        else reject(typeof code === 'number' ? new GitError(args[0] ?? '', code, stderr.toString()) : (error as Error))
      },
    )
    // Git may end before it has read everything, which is its answer.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input ?? '')
  })
}

/** What git prints, as it prints it. The stream fails with GitError where git does: a part is never taken for all. */
export function gitStream(args: readonly string[], { repository, environment }: GitOptions): Readable {
  async function* output(): AsyncGenerator<Buffer> {
    const child = spawn('git', [`--git-dir=${repository}`, ...args], {
      env: { ...gitEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let errorOutput = ''
    child.stderr.on('data', (chunk: Buffer) => (errorOutput += chunk.toString()))
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('close', resolve)
      child.once('error', reject)
    })
    try {
      for await (const chunk of child.stdout) yield chunk as Buffer
      const code = await ended
      if (code !== 0) throw new GitError(args[0] ?? '', code ?? undefined, errorOutput)
    } finally {
      child.kill()
    }
  }
  return Readable.from(output(), { objectMode: false })
}
