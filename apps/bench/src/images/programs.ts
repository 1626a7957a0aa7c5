import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface ProgramOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  timeoutMs?: number
}

/** Runs a program to its end and gives what it printed; where it fails, the error holds what it complained of. */
export async function run(command: string, args: string[], options: ProgramOptions = {}): Promise<string> {
  const { cwd, env, timeoutMs = 60 * 60_000 } = options
  try {
    return (await execute(command, args, { cwd, env, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string }
    throw new Error(`${command} ${args.join(' ')}: ${stderr.trim().slice(-2000) || (cause as Error).message}`, {
      cause,
    })
  }
}
