import { ApiProblem, unwrap } from '@flotilla/api-client'
import { CommandError } from '../command-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'

/** The data of an answer, or undefined where there is no such thing. */
export async function unwrapIfFound<T>(request: Parameters<typeof unwrap<T>>[0]): Promise<T | undefined> {
  try {
    return await unwrap(request)
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404 && error.problem) return undefined
    throw error
  }
}

/** What the server's refusal means for the person who asked. */
export function refusal(error: ApiProblem): CommandError {
  const { code, detail, status, problem } = error
  return new CommandError(code, exitCodeFor(status), detail, {
    status,
    type: problem?.type,
    title: problem?.title,
    issues: problem?.issues,
    requestId: problem?.requestId,
    hint: HINTS[code],
    cause: error,
  })
}

const HINTS: Record<string, string> = {
  'not-signed-in': 'The token is not valid, or not valid any more. Run: flotilla login',
  'unexpected-answer': 'Check that --server, or the address you signed in to, is that of a Flotilla server.',
}

function exitCodeFor(status: number): ExitCode {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return EXIT.usage
    case 401:
    case 403:
      return EXIT.forbidden
    case 404:
    case 410:
      return EXIT.notFound
    case 409:
    case 412:
      return EXIT.conflict
    default:
      return EXIT.failure
  }
}
