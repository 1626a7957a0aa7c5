import { CommandError, interrupted, usageError } from './command-error.js'
import { EXIT } from './exit-codes.js'
import { type Io, isInteractive, readAll } from './io.js'

/* @inquirer/prompts is loaded when a question comes up: most runs ask none, and it takes as long as all the rest. */

/** Asks before harm. Without a terminal nobody can answer, so there it takes --yes. */
export async function confirmHarm(io: Io, question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return
  if (!isInteractive(io)) throw usageError(`${question} Nobody is there to answer.`, 'Add --yes to go ahead.')
  const { confirm } = await import('@inquirer/prompts')
  const agreed = await ask(io, (context) => confirm({ message: question, default: false }, context))
  if (!agreed) throw new CommandError('not-confirmed', EXIT.failure, 'Nothing was changed.')
}

export async function askText(io: Io, message: string, missing: string): Promise<string> {
  if (!isInteractive(io)) throw usageError(missing)
  const { input } = await import('@inquirer/prompts')
  return ask(io, (context) => input({ message, required: true }, context))
}

/** Asks for a secret; what is typed is not shown. */
export async function askSecret(io: Io, message: string, missing: string): Promise<string> {
  if (!isInteractive(io)) throw usageError(missing)
  const { password } = await import('@inquirer/prompts')
  return ask(io, (context) => password({ message, mask: false }, context))
}

/** A secret that is piped in. */
export async function readSecret(io: Io, what: string): Promise<string> {
  if (isInteractive(io)) return askSecret(io, what, `Give the ${what.toLowerCase()} on stdin.`)
  const secret = await readAll(io.stdin)
  if (secret === '') throw usageError(`There is no ${what.toLowerCase()} on stdin.`)
  return secret
}

interface PromptContext {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  signal: AbortSignal
}

async function ask<T>(io: Io, prompt: (context: PromptContext) => Promise<T>): Promise<T> {
  try {
    // Questions go to stderr: stdout may be piped into another program.
    return await prompt({ input: io.stdin, output: io.stderr, signal: io.interruption })
  } catch (error) {
    if (error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name)) throw interrupted()
    throw error
  }
}
