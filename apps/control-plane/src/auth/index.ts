/**
 * Who is behind a request: sessions, API tokens and roles. Everything in here answers "who"; whether they may do a
 * thing is decided by the feature that owns the thing, with requireRole().
 */
export { type Actor, type ActorName, includesRole, requireRole, SYSTEM, visibleOrganizations } from './actor.js'
export { CurrentActor, Public } from './current-actor.js'
