/*
 * Runs one of the system's own programs (coreutils, tar, btrfs) to its end. Never through a shell.
 */
import { spawn } from 'node:child_process'

const MOST_OUTPUT = 64 * 1024

/** Gives what it printed. Throws with what it complained about; absent programs are named. */
export function runProgram(program: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Messages are read by programs here, sizes too.
      env: { PATH: SEARCH_PATH, LC_ALL: 'C' },
      signal,
    })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-MOST_OUTPUT)
      })
    }
    child.on('error', (cause) => reject(new Error(`Could not run ${program}`, { cause })))
    child.on('close', (code, killedBy) => {
      if (code === 0) return resolve(output.stdout)
      const end = killedBy === null ? `ended with ${code}` : `was ended by ${killedBy}`
      reject(new Error(`${program} ${end}: ${lastLine(output.stderr)}`))
    })
  })
}

/** Not the environment's: a unit file may have none, and the file systems' tools are in sbin. */
export const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 500) ?? ''
}
