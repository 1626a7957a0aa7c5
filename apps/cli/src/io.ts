import type { Readable, Writable } from 'node:stream'

/** The world around one run of the command, so that a test can stand in for the terminal. */
export interface Io {
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable & Terminal
  stderr: Writable & Terminal
  /** The folder that `push` and files named by options are taken from. */
  cwd: string
  now(): Date
  /** Aborts on the first Ctrl-C. A write that is under way is left to finish, so that its answer is not lost. */
  interruption: AbortSignal
}

interface Terminal {
  isTTY?: boolean
  columns?: number
}

/** Whether somebody is there to answer a question. */
export function isInteractive(io: Io): boolean {
  return io.stdin.isTTY === true && io.stderr.isTTY === true
}

/** Everything that is piped in, without the line break at its end. */
export async function readAll(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Buffer | string))
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
