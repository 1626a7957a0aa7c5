import type { ProblemDetails } from '@flotilla/contracts'
import { EXIT } from './exit-codes.js'

export interface ErrorDetails extends Partial<
  Pick<ProblemDetails, 'type' | 'title' | 'status' | 'issues' | 'requestId'>
> {
  /** What to do about it, as a sentence or a command. */
  hint?: string
  /** The things that an ambiguous name could mean. */
  candidates?: string[]
  /** People know already: they did it, or have been told. */
  quiet?: boolean
  cause?: unknown
}

/** Something that the person at the keyboard can mend: a stable code, an exit status and a sentence that says what to do. */
export class CommandError extends Error {
  constructor(
    readonly code: string,
    readonly exitCode: number,
    readonly detail: string,
    readonly more: ErrorDetails = {},
  ) {
    super(detail, { cause: more.cause })
  }

  /** The error as `--json` prints it: a problem as the API answers them, with the exit status. */
  toJSON(): Record<string, unknown> {
    const { hint, type, title, status, issues, requestId, candidates } = this.more
    return {
      type: type ?? `urn:flotilla:problem:${this.code}`,
      title: title ?? titleOf(this.code),
      ...(status !== undefined && { status }),
      code: this.code,
      detail: this.detail,
      ...(hint !== undefined && { hint }),
      ...(issues && { issues }),
      ...(candidates && { candidates }),
      ...(requestId !== undefined && { requestId }),
      exitCode: this.exitCode,
    }
  }
}

export function usageError(detail: string, hint?: string): CommandError {
  return new CommandError('usage', EXIT.usage, detail, { hint })
}

export function interrupted(): CommandError {
  return new CommandError('interrupted', EXIT.interrupted, 'It was stopped with Ctrl-C.', { quiet: true })
}

function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
