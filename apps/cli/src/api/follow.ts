import { type EventOf, type EventPath, followEvents, type FollowOptions } from '@flotilla/api-client'
import { interrupted } from '../command-error.js'
import type { Context, Session } from '../context.js'
import { connectionTo } from './connect.js'

/** The events of a stream until the caller leaves the loop; Ctrl-C ends the command. */
export async function* follow<Path extends EventPath>(
  context: Context,
  session: Session,
  path: Path,
  options: FollowOptions,
): AsyncGenerator<EventOf<Path>> {
  const { io } = context
  const connection = connectionTo(session.server, session.token, io)
  yield* followEvents(connection, path, { ...options, signal: io.interruption })
  throw interrupted()
}
