import type { Actor } from '../auth/index.js'
import type { FleetRow } from '../fleets/index.js'

/** One `git push` under way. */
export interface Push {
  fleet: FleetRow
  actor: Actor
  repository: string
  options: readonly string[]
  /** A line on the pusher's terminal. */
  say(line: string): void
  // Aborted when git gave up, or the process stops.
  signal: AbortSignal
}

/**
 * What became of one ref. Either it was moved, or git is to move it, as in any push; a refusal's reason is shown behind
 * it by the pusher's git.
 */
export type RefResult = { kind: 'moved' } | { kind: 'move' } | { kind: 'refused'; reason: string }
