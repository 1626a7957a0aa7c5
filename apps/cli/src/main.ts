import { readConfig } from './config.js'
import { EXIT } from './exit-codes.js'
import type { Io } from './io.js'
import { run } from './run.js'

const interruption = new AbortController()

// The first Ctrl-C lets a write that is under way finish; the second does not wait.
process.on('SIGINT', () => {
  if (interruption.signal.aborted) process.exit(EXIT.interrupted)
  interruption.abort()
})

// `flotilla device list | head`: the reader has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  now: () => new Date(),
  interruption: interruption.signal,
}

process.exitCode = await run(process.argv.slice(2), io, readConfig())
