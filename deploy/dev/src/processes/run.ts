import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from './credentials.js'

const execute = promisify(execFile)

/** Runs a short program to its end and gives what it printed; where it fails, the error holds what it complained of. */
export async function run(command: string, ...args: string[]): Promise<string> {
  const path = findProgram(command)
  if (!path) throw new Error(`The program ${command} is not installed.`)
  try {
    return (await execute(path, args, { maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string }
    throw new Error(`${command} ${args.join(' ')}: ${stderr.trim() || (cause as Error).message}`, { cause })
  }
}
