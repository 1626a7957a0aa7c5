import { ApiProblem } from '@flotilla/api-client'
import { CommanderError } from 'commander'
import { refusal } from './api/answer.js'
import { CommandError, usageError } from './command-error.js'
import type { Config } from './config.js'
import type { Context } from './context.js'
import { EXIT } from './exit-codes.js'
import type { Io } from './io.js'
import { createProgram } from './program.js'

/** Runs one command line (without `flotilla` itself) and gives its exit status. Every error ends here. */
export async function run(argv: readonly string[], io: Io, config: Config): Promise<number> {
  const { program, context } = createProgram(io, config)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    return reportFailure(error, context)
  }
}

function reportFailure(error: unknown, context: Context): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok
    // A group of commands without one: its help has been shown.
    if (error.code === 'commander.help') return EXIT.usage
    return report(usageError(error.message.replace(/^error: /, '')), context)
  }
  if (error instanceof ApiProblem) return report(refusal(error), context)
  if (error instanceof CommandError) return report(error, context)
  if (isOfDisk(error)) return report(ofDisk(error), context)
  return report(bug(error), context)
}

function report(error: CommandError, { output }: Context): number {
  if (output.json) {
    output.failureDocument(error)
    return error.exitCode
  }
  if (error.more.quiet) return error.exitCode
  output.failure(error.detail)
  for (const { path, message } of error.more.issues ?? []) output.note(`  ${path}: ${message}`)
  if (error.more.hint !== undefined) output.note(error.more.hint)
  if (error.exitCode === EXIT.failure && error.more.requestId !== undefined) {
    output.note(`Request id: ${error.more.requestId}`)
  }
  return error.exitCode
}

const DISK_CODES = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG']
// Programs and sockets that are not there have the same codes.
const DISK_CALLS = [
  'open',
  'read',
  'write',
  'stat',
  'lstat',
  'mkdir',
  'rename',
  'fsync',
  'ftruncate',
  'unlink',
  'scandir',
]

/** What the disk refuses is for the person to mend: a mistyped folder, a full stick. */
function isOfDisk(error: unknown): error is NodeJS.ErrnoException {
  const { code = '', syscall = '' } = Object(error) as NodeJS.ErrnoException
  return DISK_CODES.includes(code) && DISK_CALLS.includes(syscall)
}

function ofDisk(error: NodeJS.ErrnoException): CommandError {
  return new CommandError('disk-refused', EXIT.failure, `The disk refused it: ${error.message}.`, { cause: error })
}

function bug(error: unknown): CommandError {
  const detail = error instanceof Error ? error.message : String(error)
  const trace = error instanceof Error ? error.stack : undefined
  return new CommandError('unexpected-error', EXIT.failure, `Something unexpected went wrong: ${detail}`, {
    cause: error,
    hint: trace,
  })
}
