import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm'

// How sockets and name servers say that nobody is there.
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])
// Classes of SQLSTATE: connections that fail; no connection, memory or disk left; stopped, crashed or starting.
const AWAY_CLASSES = /^(08|53|57P)/
// A server that copies another one, as the former one does after a failover.
const READ_ONLY = '25006'
// pg says these without a code.
const BROKEN = /^(Connection terminated|Client (has encountered a connection error|was closed) and is not queryable)/

interface Failure {
  message?: string
  code?: unknown
  syscall?: string
}

/**
 * Whether Postgres is away, stops, starts or has no room for us, in whatever way that shows: nothing that the caller
 * could mend, and over by itself in a while.
 */
export function isDatabaseAway(error: unknown): boolean {
  // The connection broke between two statements of a transaction.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true
  const failure: unknown = error instanceof QueryFailedError ? error.driverError : error
  if (typeof failure !== 'object' || failure === null) return false
  const { code, message = '', syscall } = failure as Failure
  if (typeof code !== 'string') return BROKEN.test(message)
  // A unix socket that is not there; any other file that is missing is another matter.
  if (code === 'ENOENT') return syscall === 'connect'
  return UNREACHABLE.has(code) || AWAY_CLASSES.test(code) || code === READ_ONLY
}
