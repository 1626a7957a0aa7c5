import { isNativeError } from 'node:util/types'
import { anySignal } from 'any-signal'
import { CommandError, interrupted } from '../command-error.js'
import { EXIT } from '../exit-codes.js'
import type { Io } from '../io.js'
import { withProgress } from '../output/progress.js'

/** A fetch that says which server did not answer and why, shows that it waits, and lets Ctrl-C end reads. */
export function reachingFetch(server: string, io: Io): (request: Request) => Promise<Response> {
  return async (request) => {
    if (io.interruption.aborted) throw interrupted()
    const signal = request.method === 'GET' ? anySignal([request.signal, io.interruption]) : request.signal
    try {
      // As an option: the signal of a Request is forgotten as soon as the garbage collector takes the Request.
      return await withProgress(io, `Waiting for ${server}`, () => fetch(request, { signal }))
    } catch (error) {
      if (io.interruption.aborted) throw interrupted()
      if (request.signal.aborted) throw error
      throw unreachable(server, error)
    }
  }
}

function unreachable(server: string, error: unknown): CommandError {
  return new CommandError(
    'server-unreachable',
    EXIT.unreachable,
    `The server ${server} could not be reached: ${reasonOf(error)}.`,
    { cause: error, hint: 'Check the address and your connection; --server or FLOTILLA_SERVER choose another server.' },
  )
}

/** fetch says only "fetch failed"; the reason is in the innermost cause, or in the first of several. */
function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error)
  const { cause, code, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] }
  const inner = cause ?? errors?.[0]
  return inner === undefined ? (REASONS[code ?? ''] ?? error.message) : reasonOf(inner)
}

const REASONS: Record<string, string> = {
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ECONNREFUSED: 'nothing listens at this address',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it took too long to answer',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed; NODE_EXTRA_CA_CERTS names a file with one to trust',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; NODE_EXTRA_CA_CERTS names a file with one to trust',
}
