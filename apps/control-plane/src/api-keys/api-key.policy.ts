import type { Actor } from '../auth/index.js'
import { Problem } from '../http/problem.js'

/** Only a person makes tokens: one that leaked could otherwise make itself a successor, or one that may do more. */
export function requireMaker(actor: Actor): void {
  if (actor.kind === 'user') return
  throw new Problem('session-needed', 403, 'An API token cannot make API tokens; sign in with your password.')
}

/** A token may revoke itself and no other. */
export function requireRevoker(actor: Actor, keyId: string): void {
  if (actor.kind === 'user' || actor.id === keyId) return
  throw new Problem('session-needed', 403, 'An API token can revoke only itself; sign in with your password.')
}
